"""A billing milestone without a date can be put into no quarter: the forecast leaves it out or guesses."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.checks.telling import tell_names
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import AcceptanceState, Severity


def find(subject: Subject) -> Iterator[Finding]:
    open_ones = [a for a in subject.derived.acceptance if a.state in (AcceptanceState.OPEN, AcceptanceState.READY)]
    yield from tell_names(
        sorted((a.milestone, a.evidence) for a in open_ones if a.due is None),
        Phrase("{n|# billing milestone has|# billing milestones have} no date: {names}."),
        Phrase("Set the due date on the milestone, or `due:` in the facts."),
    )


RULE = Rule(id="billing-milestone-undated", severity=Severity.MEDIUM, phases=EVERY_PHASE, find=find)
