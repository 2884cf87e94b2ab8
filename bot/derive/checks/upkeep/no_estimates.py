"""Without estimates or weights, progress is a count of tickets: a typo fix weighs as much as a migration."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import WORKING, Gate, Stage, once_planned
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import in_planning
from bot.derive.subject import Subject
from bot.domain.messages import Percent, Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "no_estimates_share": Threshold(0.2, "ratio", "Share of open work without estimate or weight that is a risk")
}


def find(subject: Subject) -> Iterator[Finding]:
    found = [item for item in subject.to_do if not item.estimate_hours and not item.weight]
    if found and not in_planning(subject):
        share = len(found) / len(subject.to_do)
        yield Finding(
            Phrase(
                "{n} {of} ({share}) {n|has|have} neither an estimate nor a weight.",
                n=len(found),
                of=Phrase("of {n|# open item|# open items}", n=len(subject.to_do)),
                share=Percent(share),
            ),
            tuple(item.ref for item in found),
            Phrase("Size them; the next refinement is the place."),
            is_risk=share >= subject.threshold("no_estimates_share"),
        )


GATE = Gate(
    "work-sized",
    Stage.PLAN,
    WORKING,
    Phrase("Open items without estimate and weight: {n}.", n=0),
    asked=once_planned,
    among=lambda s: s.to_do,
)

RULE = Rule(id="no-estimates", severity=Severity.LOW, thresholds=THRESHOLDS, gate=GATE, find=find)
