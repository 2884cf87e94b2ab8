"""A closed engagement with open work hides what is owed: it appears in no list any more, yet nobody delivered it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import CLOSING, Gate, LifeStage
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import ItemState, Severity


def find(subject: Subject) -> Iterator[Finding]:
    found = [item.ref for item in subject.to_do]
    if found:
        yield Finding(
            Phrase("The engagement is closed with {n|# item|# items} still open.", n=len(found)),
            tuple(found),
            Phrase("Close or move them, or open the engagement again."),
            is_risk=subject.engagement.state == ItemState.CLOSED,
        )


GATE = Gate("work-closed", LifeStage.CLOSE, CLOSING, Phrase("Items still open: {n}.", n=0))

RULE = Rule(id="closed-with-open-work", severity=Severity.MEDIUM, phases=EVERY_PHASE, gate=GATE, find=find)
