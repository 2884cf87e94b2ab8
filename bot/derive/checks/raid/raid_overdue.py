"""Actions are what was promised to keep a risk small; an overdue action is the risk taking its course."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import ItemState, RaidKind, Severity


def find(subject: Subject) -> Iterator[Finding]:
    open_ones = [
        e for e in subject.derived.raid if e.state != ItemState.CLOSED and e.kind in (RaidKind.ACTION, RaidKind.ISSUE)
    ]
    if late := oldest_first((e.due, e) for e in open_ones if e.due and e.due < subject.day):
        yield tell_oldest(
            late,
            Phrase("{n|# RAID action or issue is|# RAID actions and issues are} overdue; {title} since {since}."),
            Phrase("Ask the owners; close what is done, agree a new date for the rest."),
        )


RULE = Rule(id="raid-overdue", severity=Severity.MEDIUM, find=find)
