"""Actions are what was promised to keep a risk small; an overdue action is the risk taking its course."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, quote
from bot.domain.vocabulary import RaidKind, Severity


def find(subject: Subject) -> Iterator[Finding]:
    open_ones = [e for e in subject.derived.raid if e.state != "closed" and e.kind in (RaidKind.ACTION, RaidKind.ISSUE)]
    late = sorted((e.due, e.ref, e.title) for e in open_ones if e.due and e.due < subject.day)
    if late:
        due, _, title = late[0]
        yield Finding(
            Phrase(
                "{n|# RAID action or issue is|# RAID actions and issues are} overdue; {title} since {due}.",
                n=len(late),
                title=quote(title),
                due=due,
            ),
            tuple(ref for _, ref, _ in late),
            Phrase("Ask the owners; close what is done, agree a new date for the rest."),
        )


RULE = Rule(id="raid-overdue", severity=Severity.MEDIUM, find=find)
