"""A billing milestone without an amount earns nothing in any forecast."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.checks.telling import tell_names
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Recognition, Severity


def find(subject: Subject) -> Iterator[Finding]:
    if subject.engagement.facts.recognised == Recognition.ON_ACCEPTANCE:
        yield from tell_names(
            sorted((a.milestone, a.evidence) for a in subject.derived.acceptance if a.amount is None),
            Phrase("{n|# billing milestone has|# billing milestones have} no amount: {names}."),
            Phrase("Add `amount:` in the config's facts of this engagement, where customers can't read it."),
        )


RULE = Rule(id="billing-milestone-without-amount", severity=Severity.MEDIUM, phases=EVERY_PHASE, find=find)
