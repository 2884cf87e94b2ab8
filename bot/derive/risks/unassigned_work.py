"""Work that is due soon and that nobody owns will not be done in time."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.phrases import count, quote, verb
from bot.derive.questions import due_day
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "unassigned-work"
SEVERITY = "medium"
THRESHOLDS = {
    "unassigned_work_days": Threshold(5, "working days", "Unassigned work due within this time is a risk"),
}


def find_unassigned_work(subject: Subject) -> Iterator[Finding]:
    limit = subject.calendar.add_working_days(subject.day, int(subject.threshold("unassigned_work_days")))
    dated = ((due_day(subject, item), item) for item in subject.to_do if not item.assignees)
    found = sorted(
        ((due, item) for due, item in dated if due and due <= limit), key=lambda pair: (pair[0], pair[1].ref)
    )
    if not found:
        return
    due, first = found[0]
    yield Finding(
        f"{count(len(found), 'item')} due soon or overdue {verb(len(found), 'has', 'have')} no assignee; the first, "
        f"{quote(first.title)}, {verb(due < subject.day, 'was', 'is')} due {due}.",
        tuple(item.ref for _, item in found),
        "Assign each to one person.",
    )
