"""A milestone whose date has passed is a promise already broken: the customer hears it from us or finds it alone."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.phrases import count, quote, verb
from bot.derive.questions import days_late
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "milestone-overdue"
SEVERITY = "high"


def find_milestone_overdue(subject: Subject) -> Iterator[Finding]:
    late = sorted(
        ((days_late(subject, m.due), m) for m in subject.derived.schedule.milestones if m.state == "late"),
        key=lambda pair: (-pair[0], pair[1].title),
    )
    if not late:
        return
    days, worst = late[0]
    yield Finding(
        f"{count(len(late), 'milestone')} {verb(len(late), 'is', 'are')} past the due date; {quote(worst.title)} by "
        f"{count(days, 'working day')}, with {worst.items_open} of {count(worst.items_total, 'item')} still open.",
        tuple(m.ref for _, m in late),
        "Tell the customer the new date and why; record the slip on the milestone.",
    )
