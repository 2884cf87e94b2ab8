"""What an item is, by its labels: work, RAID entry, change order, acceptance or escalation (CONTRACT §4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.config import LabelSettings
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Item

RAID_KINDS = ("risk", "action", "issue", "decision")
CHANGE_ORDER_STATES = ("approved", "rejected", "proposed")


def has_label(labels: Iterable[str], wanted: str) -> bool:
    """Whether `wanted` is among `labels`; a name ending in `::` or `-` is a prefix. Case counts, as in GitLab."""
    if is_prefix(wanted):
        return any(label.startswith(wanted) for label in labels)
    return wanted in labels


def matches(label: str, wanted: str) -> bool:
    """Whether one label is `wanted`, or starts with it when it is a prefix (`partner::`, `WE-`)."""
    return label.startswith(wanted) if is_prefix(wanted) else label == wanted


def is_prefix(name: str) -> bool:
    """Whether a configured label name stands for all labels that start with it."""
    return name.endswith(("::", "-"))


def label_value(labels: Iterable[str], prefix: str) -> str | None:
    """What follows `prefix` in the first label (by name) that starts with it, stripped: `partner::Globex` → `Globex`."""
    found = sorted(label for label in labels if label.startswith(prefix) and len(label) > len(prefix))
    return found[0][len(prefix) :].strip() if found else None


def label_number(labels: Iterable[str], prefix: str) -> int | None:
    """The whole number behind `prefix` (`impact::4` → 4), None when there is none."""
    value = label_value(labels, prefix)
    return int(value) if value is not None and value.isascii() and value.isdigit() else None


def raid_kind(item: Item, labels: LabelSettings) -> str | None:
    """risk, action, issue or decision for a RAID issue; `risk` where only the log's label is there."""
    for kind in RAID_KINDS:
        if has_label(item.labels, getattr(labels.raid, kind)):
            return kind
    return "risk" if has_label(item.labels, labels.raid.log) else None


def change_order_state(item: Item, labels: LabelSettings) -> str | None:
    """approved, rejected or proposed for a change order, else None. One that was decided later was proposed until then."""
    for state in CHANGE_ORDER_STATES:
        if has_label(item.labels, getattr(labels.change_order, state)):
            return state
    decided = (getattr(labels.change_order, state) for state in ("approved", "rejected"))
    return "proposed" if any(has_label(item.later_labels, name) for name in decided) else None


def is_acceptance(item: Item, labels: LabelSettings) -> bool:
    a = labels.acceptance
    return any(has_label(item.labels, name) for name in (a.item, a.sent, a.accepted))


def is_escalation(item: Item, labels: LabelSettings) -> bool:
    return has_label(item.labels, labels.escalation)


def is_exception(item: Item, labels: LabelSettings) -> bool:
    """A work exception (over hours) or work-at-risk issue: paperwork, not work."""
    return has_label(item.labels, labels.exception) or has_label(item.labels, labels.work_at_risk)


def is_work(item: Item, labels: LabelSettings) -> bool:
    """Whether an item is work by itself: none of the exceptions of CONTRACT §4. It may still be split into parts."""
    return (
        not item.takes_texts
        and raid_kind(item, labels) is None
        and change_order_state(item, labels) is None
        and not is_acceptance(item, labels)
        and not is_escalation(item, labels)
        and not is_exception(item, labels)
    )


def is_dropped(item: Item, labels: LabelSettings) -> bool:
    """Closed without being done: as GitLab tells, or by a label of `labels.dropped`, whatever its letter case."""
    if item.is_open:
        return False
    names = {name.casefold() for name in labels.dropped}
    return item.outcome == "dropped" or any(label.casefold() in names for label in item.labels)


def label_day(item: Item, wanted: str, calendar: WorkCalendar) -> date | None:
    """The day since which the item carries a label that matches `wanted`, as far as GitLab tells."""
    days = [
        calendar.local_day(at)
        for label, at in item.label_dates.items()
        if label in item.labels and matches(label, wanted)
    ]
    return min(days, default=None)
