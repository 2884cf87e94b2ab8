"""Work that is under way but that nobody has touched is either done, stuck or forgotten; the plan can't tell which."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.phrases import count, figure, quote, verb
from bot.derive.questions import is_blocked, is_waiting, last_touched
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject
from bot.model import Item

ID = "stale-items"
SEVERITY = "low"
THRESHOLDS = {
    "stale_items_days": Threshold(14, "days", "Assigned work without any change for this long is stale"),
}


def find_stale_items(subject: Subject) -> Iterator[Finding]:
    found = []
    for item in subject.to_do:
        touched = last_touched(subject, item)
        days = (subject.day - touched).days if touched else 0
        if days >= subject.threshold("stale_items_days") and _is_under_way(subject, item):
            found.append((days, item))
    if not found:
        return
    found.sort(key=lambda pair: (-pair[0], pair[1].ref))
    days, worst = found[0]
    yield Finding(
        f"{count(len(found), 'item')} under way {verb(len(found), 'has', 'have')} not been touched for "
        f"{figure(subject.threshold('stale_items_days'))} days or more; {quote(worst.title)} for {count(days, 'day')}.",
        tuple(item.ref for _, item in found),
        "Ask the assignees for one line each: done, moving or stuck.",
    )


def _is_under_way(subject: Subject, item: Item) -> bool:
    """Assigned and due to have begun, and neither blocked nor waiting for the customer (those have rules of their own)."""
    begun = item.start_date is None or item.start_date <= subject.day
    return bool(item.assignees) and begun and not is_waiting(subject, item) and not is_blocked(subject, item)
