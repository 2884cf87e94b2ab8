"""Hours that are missing at the end are never billed."""

from __future__ import annotations

from bot.derive.checks.gate import CLOSING, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.derive.subject import Subject
from bot.domain.messages import Phrase


def _is_known(subject: Subject) -> bool:
    return subject.derived.completion.time_complete is not None


GATE = Gate("hours-complete", LifeStage.CLOSE, CLOSING, Phrase("Hours are missing or not approved."), asked=_is_known)

RULE = Rule(id="hours-complete", severity=None, gate=GATE, find=lacking(lambda s: s.derived.completion.time_complete))
