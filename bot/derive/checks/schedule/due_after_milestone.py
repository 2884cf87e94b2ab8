"""An item due after its milestone makes one of the two dates untrue."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import tell_worst
from bot.derive.decisions.questions import milestone_due
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, quote
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    found = []
    for item in subject.to_do:
        limit = milestone_due(subject, item.milestone)
        if item.due_date and limit and item.due_date > limit:
            found.append((subject.calendar.working_days_between(limit, item.due_date), item))
    if found:
        found.sort(key=lambda pair: (-pair[0], pair[1].ref))
        worst = found[0][1]
        yield tell_worst(
            [item for _, item in found],
            Phrase(
                "{n|# open item is|# open items are} due after {n|its|their} milestone; {title} on {due}, "
                "its milestone {milestone} on {limit}."
            ),
            Phrase("Move the item, put it into a later milestone, or move the milestone openly."),
            due=worst.due_date,
            milestone=quote(worst.milestone or ""),
            limit=milestone_due(subject, worst.milestone),
        )


RULE = Rule(id="due-after-milestone", severity=Severity.LOW, find=find)
