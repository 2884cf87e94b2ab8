"""What an item is, by its labels: work, RAID entry, change order, acceptance or escalation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.config import LabelSettings
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import Item
from bot.domain.vocabulary import ChangeOrderState, Outcome

RAID_KINDS = ("risk", "action", "issue", "decision")
CHANGE_ORDER_STATES = (ChangeOrderState.APPROVED, ChangeOrderState.REJECTED, ChangeOrderState.PROPOSED)


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


@frozen
class Meaning:
    """What a set of labels makes of an item."""

    raid: str | None
    change_order: ChangeOrderState | None
    acceptance: bool
    escalation: bool
    exception: bool
    dropped: bool
    non_billable: bool

    @property
    def work(self) -> bool:
        """Whether an item with these labels is work."""
        return not (self.raid or self.change_order or self.acceptance or self.escalation or self.exception)


class _Meanings(dict[tuple[tuple[str, ...], tuple[str, ...]], Meaning]):
    """The meaning of each set of labels under one section `labels`. Sets repeat a thousandfold: each is judged once."""

    def __init__(self, labels: LabelSettings) -> None:
        super().__init__()
        self.labels = labels

    def __missing__(self, key: tuple[tuple[str, ...], tuple[str, ...]]) -> Meaning:
        carried, later = key
        labels, a = self.labels, self.labels.acceptance
        dropped = [name.casefold() for name in labels.dropped]
        meaning = self[key] = Meaning(
            raid=_raid_kind(carried, labels),
            change_order=_change_order_state(carried, later, labels),
            acceptance=any(has_label(carried, name) for name in (a.item, a.sent, a.accepted)),
            escalation=has_label(carried, labels.escalation),
            exception=has_label(carried, labels.exception) or has_label(carried, labels.work_at_risk),
            dropped=any(has_label([label.casefold() for label in carried], name) for name in dropped),
            non_billable=has_label(carried, labels.non_billable),
        )
        return meaning


MOST_SECTIONS = 16
_SECTIONS: dict[int, _Meanings] = {}
"""By the identity of the settings, which each entry keeps alive: their equality costs more than a judgement."""


def meaning_of(item: Item, labels: LabelSettings) -> Meaning:
    """What the item's labels make of it."""
    known = _SECTIONS.get(id(labels))
    if known is None:
        if len(_SECTIONS) >= MOST_SECTIONS:
            _SECTIONS.clear()
        known = _SECTIONS[id(labels)] = _Meanings(labels)
    return known[item.labels, item.later_labels]


def _raid_kind(carried: tuple[str, ...], labels: LabelSettings) -> str | None:
    for kind in RAID_KINDS:
        if has_label(carried, getattr(labels.raid, kind)):
            return kind
    return "risk" if has_label(carried, labels.raid.log) else None


def _change_order_state(
    carried: tuple[str, ...], later: tuple[str, ...], labels: LabelSettings
) -> ChangeOrderState | None:
    for state in CHANGE_ORDER_STATES:
        if has_label(carried, getattr(labels.change_order, state)):
            return state
    decided = (getattr(labels.change_order, state) for state in (ChangeOrderState.APPROVED, ChangeOrderState.REJECTED))
    return ChangeOrderState.PROPOSED if any(has_label(later, name) for name in decided) else None


def raid_kind(item: Item, labels: LabelSettings) -> str | None:
    """risk, action, issue or decision for a RAID issue; `risk` where only the log's label is there."""
    return meaning_of(item, labels).raid


def change_order_state(item: Item, labels: LabelSettings) -> ChangeOrderState | None:
    """approved, rejected or proposed for a change order, else None. One that was decided later was proposed until then."""
    return meaning_of(item, labels).change_order


def is_acceptance(item: Item, labels: LabelSettings) -> bool:
    """Whether it is the acceptance issue of a milestone."""
    return meaning_of(item, labels).acceptance


def is_escalation(item: Item, labels: LabelSettings) -> bool:
    """Whether it is an escalation."""
    return meaning_of(item, labels).escalation


def is_work(item: Item, labels: LabelSettings) -> bool:
    """Whether an item is work by itself: neither RAID, change order, acceptance nor escalation. It may still be split into parts."""
    return not item.takes_texts and meaning_of(item, labels).work


def is_dropped(item: Item, labels: LabelSettings) -> bool:
    """Closed without being done: as GitLab tells, or by a label of `labels.dropped`, whatever its letter case."""
    if item.is_open:
        return False
    return item.outcome == Outcome.DROPPED or meaning_of(item, labels).dropped


def label_day(item: Item, wanted: str, calendar: WorkCalendar) -> date | None:
    """The day since which the item carries a label that matches `wanted`, as far as GitLab tells."""
    days = [
        calendar.local_day(at)
        for label, at in item.label_dates.items()
        if label in item.labels and matches(label, wanted)
    ]
    return min(days, default=None)
