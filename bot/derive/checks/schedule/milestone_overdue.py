"""A milestone whose date has passed is a promise already broken: the customer hears it from us or finds it alone."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, quote
from bot.domain.vocabulary import MilestoneState, Severity


def find(subject: Subject) -> Iterator[Finding]:
    late = [m for m in subject.derived.schedule.milestones if m.state == MilestoneState.LATE]
    late.sort(key=lambda m: (m.due or subject.day, m.title))
    if not late:
        return
    oldest = late[0]
    yield Finding(
        Phrase(
            "{n|# milestone is|# milestones are} past the due date; {title} was due on {due} and has {items_open} {of} still open.",
            n=len(late),
            title=quote(oldest.title),
            due=oldest.due,
            items_open=oldest.items_open,
            of=Phrase("of {n|# item|# items}", n=oldest.items_total),
        ),
        tuple(m.ref for m in late),
        Phrase("Tell the customer the new date and why; record the slip on the milestone."),
    )


RULE = Rule(id="milestone-overdue", severity=Severity.HIGH, find=find)
