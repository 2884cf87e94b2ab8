"""What decides the signals of a past day, as a digest: equal digests, equal signals, whenever they were derived.

What an engagement knew by a day is what has no date, and what happened by then. Each is an entry with its day; the digest of a
day is that of the entries up to it. So what happens later changes no digest of an earlier day, and what is changed without a
date (an estimate, a fact) changes those of all days on which it was there.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final

from bot.config import LabelSettings
from bot.derive.scope.baseline import earlier_baselines
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.model import DueChange, Engagement, Item, Milestone, label_scope
from bot.domain.vocabulary import ItemState

Entry = tuple[int, bytes]
"""The number of a day (0: it was always so), and a digest of what came to be known on it."""
ALWAYS: Final = 0
Key = bytes

DATED: Final = frozenset(
    {"state", "closed_at", "outcome", "due_date", "due_history", "labels", "label_dates", "later_labels"}
)
"""What `as_of` replays: told by entries of its own. What later labels are is found anew for each day."""
SHOWN: Final = frozenset({"web_url", "health_status", "title", "confidential"})
"""What is only shown, and bears on no signal."""


def _plain(kind: type, *others: str) -> Callable[[Any], Any]:
    """The fields of a value that have no date of their own, as one tuple; a new field is among them."""
    left = DATED | SHOWN | set(others)
    return attrgetter(*(field.name for field in fields(kind) if field.name not in left))


OF_ITEM: Final = _plain(Item, "spent_hours", "updated_at", "updates")
OF_MILESTONE: Final = attrgetter("title", "ref", "start_date")
OF_ENGAGEMENT: Final = _plain(
    Engagement,
    *("items", "milestones", "timelogs", "bookings", "hours_difference"),
    *("assignees", "fact_faults", "customer_visible_facts", "errors"),
)


class PastKeys:
    """The digests of the past days of one portfolio's engagements; what an item's entries are is found once."""

    def __init__(self, labels: LabelSettings, calendar: WorkCalendar) -> None:
        self._calendar = calendar
        self._items: dict[int, tuple[Item, bool, list[Entry]]] = {}
        self._bears = bearing(labels)

    def of(self, subject: Subject, payloads: Sequence[Mapping[str, object]]) -> Callable[[date], Key]:
        """The digest of each day of an engagement."""
        largest = max(earlier_baselines(payloads, subject.engagement.facts.baseline_day), default=0)
        entries = sorted(self._entries(subject), key=lambda entry: entry[0])
        digest = hashlib.blake2b(repr(largest).encode(), digest_size=16)
        days: list[int] = []
        digests: list[bytes] = []
        for day, entry in entries:
            if not days or day != days[-1]:
                days.append(day)
                digests.append(b"")
            digest.update(entry)
            digests[-1] = digest.digest()
        return lambda day: digests[bisect_right(days, day.toordinal()) - 1]

    def _entries(self, subject: Subject) -> Iterator[Entry]:
        engagement, known = subject.engagement, subject.own_items
        logged = {log.item for log in engagement.timelogs}
        yield from self._of_engagement(engagement)
        for item in engagement.items:
            yield from self._of_item(item, item.ref in logged)
        others = {ref for item in engagement.items for ref in item.blocked_by} - known.keys()
        for ref in sorted(others & subject.elsewhere.keys()):
            yield from self._of_item(subject.elsewhere[ref], logged=False)
        for milestone in engagement.milestones:
            yield from self._of_milestone(milestone)
        for log in engagement.timelogs:
            yield log.spent_at.toordinal(), told((log.item, log.user, log.hours, log.billable, log.approved))
        for booking in engagement.bookings:
            yield booking.known.toordinal() if booking.known else ALWAYS, told(booking)

    def _of_engagement(self, engagement: Engagement) -> Iterator[Entry]:
        is_checked = engagement.hours_difference is not None
        born = self._day(engagement.created_at)
        yield ALWAYS, told((born, is_checked, OF_ENGAGEMENT(engagement), self._labels(engagement)))
        yield from self._closing(engagement.ref, engagement.state, engagement.closed_at, None)

    def _of_item(self, item: Item, logged: bool) -> list[Entry]:
        known = self._items.get(id(item))
        if known is None or known[1] != logged:
            known = self._items[id(item)] = (item, logged, list(self._entries_of_item(item, logged)))
        return known[2]

    def _entries_of_item(self, item: Item, logged: bool) -> Iterator[Entry]:
        """Hours that are logged are entries of their own; else there is only GitLab's total."""
        spent = 0.0 if logged else item.spent_hours or 0.0
        first = self._first_due(item.due_date, item.due_history)
        yield self._day(item.created_at), told((OF_ITEM(item), spent, first, self._labels(item)))
        yield from self._closing(item.ref, item.state, item.closed_at, item.outcome)
        yield from self._moves(item.ref, item.due_date, item.due_history)

    def _of_milestone(self, milestone: Milestone) -> Iterator[Entry]:
        first = self._first_due(milestone.due_date, milestone.due_history)
        yield ALWAYS, told((OF_MILESTONE(milestone), first))
        yield from self._closing(milestone.ref, milestone.state, milestone.closed_at, None)
        yield from self._moves(milestone.ref, milestone.due_date, milestone.due_history)

    def _closing(self, ref: str, state: str, closed: datetime | None, outcome: str | None) -> Iterator[Entry]:
        """What is open now is known to have been open on every day."""
        if closed or state == ItemState.CLOSED:
            yield self._day(closed), told((ref, state, closed, outcome))

    def _first_due(self, due: date | None, history: Sequence[DueChange]) -> date | None:
        return min(history, key=lambda change: change.at).previous if history else due

    def _moves(self, ref: str, due: date | None, history: Sequence[DueChange]) -> Iterator[Entry]:
        """Each with the date that stood until the next one."""
        moves = sorted(history, key=lambda change: change.at)
        until = (*(change.previous for change in moves[1:]), due)
        for change, stood in zip(moves, until, strict=True) if moves else ():
            yield self._day(change.at), told((ref, change, stood))

    def _labels(self, of: Item | Engagement) -> tuple[Any, ...]:
        """The labels that mean something, and since when. One without a date was always there."""
        bears = self._bears
        dates = sorted((label, at) for label, at in of.label_dates.items() if bears(label))
        return tuple(label for label in of.labels if bears(label)), tuple(dates)

    def _day(self, at: datetime | None) -> int:
        return self._calendar.local_day(at).toordinal() if at else ALWAYS


def told(value: object) -> bytes:
    """A digest of what is told of something."""
    return hashlib.blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def bearing(labels: LabelSettings) -> Callable[[str], bool]:
    """Whether a label, or another one of its scope, is one that the config gives a meaning."""
    names = tuple({name.casefold() for name in _names(labels.model_dump()) if name})
    scopes = {label_scope(name) for name in names} - {""}

    @cache
    def bears(label: str) -> bool:
        folded = label.casefold()
        return folded.startswith(names) or label_scope(folded) in scopes

    return bears


def _names(value: object) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return (name for part in parts for name in _names(part))
