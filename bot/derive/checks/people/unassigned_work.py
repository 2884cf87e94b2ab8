"""Work that is due soon and that nobody owns will not be done in time."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding
from bot.derive.decisions.questions import due_day
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, Value, quote

ID = "unassigned-work"
SEVERITY = "medium"
THEME = "people"
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
        _tell(due < subject.day, n=len(found), title=quote(first.title), due=due),
        tuple(item.ref for _, item in found),
        Phrase("Assign each to one person."),
    )


def _tell(overdue: bool, **values: Value) -> Phrase:
    if overdue:
        return Phrase(
            "{n|# item due soon or overdue has|# items due soon or overdue have} no assignee; the first, {title}, was due {due}.",
            **values,
        )
    return Phrase(
        "{n|# item due soon or overdue has|# items due soon or overdue have} no assignee; the first, {title}, is due {due}.",
        **values,
    )
