"""On the critical path a day lost is a day later for the whole engagement."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.phrases import count, quote, verb
from bot.derive.questions import due_day
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject
from bot.model import Item

ID = "critical-path-slipping"
SEVERITY = "high"
THRESHOLDS = {
    "critical_path_slipping_days": Threshold(
        1, "working days", "An item of the critical path behind plan by this much is a risk"
    ),
}


def find_critical_path_slipping(subject: Subject) -> Iterator[Finding]:
    found = []
    for ref in subject.derived.schedule.critical_path:
        item = subject.own_items.get(ref)
        days = _days_behind(subject, item) if item and item.is_open else 0
        if item and days >= subject.threshold("critical_path_slipping_days"):
            found.append((days, item))
    if not found:
        return
    found.sort(key=lambda pair: (-pair[0], pair[1].ref))
    days, worst = found[0]
    yield Finding(
        f"{len(found)} of {count(len(subject.derived.schedule.critical_path), 'item')} on the critical path "
        f"{verb(len(found), 'is', 'are')} behind plan; {quote(worst.title)} by {count(days, 'working day')}.",
        tuple(item.ref for _, item in found),
        "Put the best help there first; move work off the path where it can run beside it.",
    )


def _days_behind(subject: Subject, item: Item) -> int:
    """Working days from the planned finish (baseline) to the due date, or to today once that has passed."""
    planned = item.first_due or subject.derived.schedule.planned.get(item.ref) or due_day(subject, item)
    due = due_day(subject, item)
    if planned is None:
        return 0
    now = max(due or planned, subject.day) if planned < subject.day else due or planned
    return subject.calendar.working_days_between(planned, now)
