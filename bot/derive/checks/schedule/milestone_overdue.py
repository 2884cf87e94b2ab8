"""A milestone whose date has passed is a promise already broken: the customer hears it from us or finds it alone."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import tell_worst
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import MilestoneState, Severity


def find(subject: Subject) -> Iterator[Finding]:
    late = [m for m in subject.derived.schedule.milestones if m.state == MilestoneState.LATE]
    late.sort(key=lambda m: (m.due or subject.day, m.title))
    if late:
        yield tell_worst(
            late,
            Phrase(
                "{n|# milestone is|# milestones are} past the due date; {title} was due on {due} "
                "and has {items_open} {of} still open."
            ),
            Phrase("Tell the customer the new date and why; record the slip on the milestone."),
            due=late[0].due,
            items_open=late[0].items_open,
            of=Phrase("of {n|# item|# items}", n=late[0].items_total),
        )


RULE = Rule(id="milestone-overdue", severity=Severity.HIGH, find=find)
