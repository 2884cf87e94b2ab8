"""A milestone whose date has passed is a promise already broken: the customer hears it from us or finds it alone."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.phrases import count, quote, verb
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "milestone-overdue"
SEVERITY = "high"


def find_milestone_overdue(subject: Subject) -> Iterator[Finding]:
    late = [m for m in subject.derived.schedule.milestones if m.state == "late"]
    late.sort(key=lambda m: (m.due or subject.day, m.title))
    if not late:
        return
    oldest = late[0]
    yield Finding(
        f"{count(len(late), 'milestone')} {verb(len(late), 'is', 'are')} past the due date; {quote(oldest.title)} was due on "
        f"{oldest.due} and has {oldest.items_open} of {count(oldest.items_total, 'item')} still open.",
        tuple(m.ref for m in late),
        "Tell the customer the new date and why; record the slip on the milestone.",
    )
