"""An engagement is over when what was sold is accepted."""

from __future__ import annotations

from bot.derive.checks.gate import CLOSING, Gate, LifeStage
from bot.derive.checks.rule import Rule, out_of_order
from bot.derive.subject import Subject
from bot.domain.messages import Phrase


def _not_accepted(subject: Subject) -> tuple[str, ...]:
    """References of what fails; the engagement's own where there are none."""
    open_ones = [a.evidence for a in subject.derived.acceptance if not a.state.is_given]
    return tuple(sorted({ref for refs in open_ones for ref in refs or (subject.engagement.ref,)}))


GATE = Gate(
    "milestones-accepted",
    LifeStage.CLOSE,
    CLOSING,
    Phrase("Billing milestones are not accepted."),
    asked=lambda s: bool(s.derived.acceptance),
)

RULE = Rule(id="milestones-accepted", severity=None, gate=GATE, find=out_of_order(_not_accepted))
