"""One engagement as of many days: what did not change between two of them is the same value, made once.

`model.as_of` is the law, and makes each value here; a timeline only knows when it need not be asked again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from itertools import pairwise

from bot.domain.model import (
    Engagement,
    Item,
    Milestone,
    TimeLog,
    end_of_day,
    engagement_as_of,
    item_as_of,
    milestone_as_of,
)


class Timeline:
    """An engagement whose days are asked for one after another."""

    def __init__(self, engagement: Engagement) -> None:
        logs: dict[str, list[TimeLog]] = {}
        for log in engagement.timelogs:
            if log.item:
                logs.setdefault(log.item, []).append(log)
        self._items = [_ItemTimeline(item, logs.get(item.ref)) for item in engagement.items]
        self._milestones = [_MilestoneTimeline(milestone) for milestone in engagement.milestones]
        self._rest = replace(engagement, items=(), milestones=(), timelogs=())
        self._logs_until = _until(engagement.timelogs)
        self._instants = sorted(self._all_instants())
        self._stretch: _Stretch | None = None

    def stretch(self, day: date, zone: tzinfo) -> int:
        """A number that days share between which nothing happened but that hours were logged or booked."""
        return bisect_left(self._instants, end_of_day(day, zone))

    def as_of(self, day: date, zone: tzinfo) -> Engagement | None:
        """The engagement as it stood at the end of `day` in `zone`; None where it did not exist."""
        cut = end_of_day(day, zone)
        if self._rest.created_at is not None and self._rest.created_at >= cut:
            return None
        number = bisect_left(self._instants, cut)
        if self._stretch is None or self._stretch.number != number:
            there = [item for item in self._items if item.exists(cut)]
            self._stretch = _Stretch(number, there, tuple(m.as_of(cut) for m in self._milestones))
        items, milestones = self._stretch.as_of(cut, day), self._stretch.milestones
        rest = engagement_as_of(self._rest, cut, day)
        return replace(rest, items=items, milestones=milestones, timelogs=self._logs_until(day))

    def _all_instants(self) -> Iterator[datetime]:
        for item in self._items:
            yield from (*item.born, *item.instants)
        for milestone in self._milestones:
            yield from milestone.instants
        yield from self._rest.label_dates.values()
        yield from (at for at in (self._rest.created_at, self._rest.closed_at) if at is not None)


class _Stretch:
    """Days between which nothing happened but that hours were logged: only items with hours differ."""

    def __init__(self, number: int, there: Sequence[_ItemTimeline], milestones: tuple[Milestone, ...]) -> None:
        self.number, self.milestones = number, milestones
        self._there = there
        self._logged = [place for place, item in enumerate(there) if item.is_logged]
        self._items: list[Item] = []

    def as_of(self, cut: datetime, day: date) -> tuple[Item, ...]:
        """The items with the hours logged by then."""
        if not self._items:
            self._items = [item.as_of(cut, day) for item in self._there]
        for place in self._logged:
            self._items[place] = self._there[place].as_of(cut, day)
        return tuple(self._items)


def _until(logs: Sequence[TimeLog]) -> Callable[[date], tuple[TimeLog, ...]]:
    """The logs up to a day, in the order in which they are given."""
    days = [log.spent_at for log in logs]
    if all(before <= after for before, after in pairwise(days)):
        return lambda day: tuple(logs[: bisect_right(days, day)])
    return lambda day: tuple(log for log in logs if log.spent_at <= day)


class _ItemTimeline:
    """An item between the instants at which anything happened to it, and the days on which hours were logged on it."""

    __slots__ = ("_days", "_item", "_logs", "_made", "instants")

    def __init__(self, item: Item, logs: Sequence[TimeLog] | None) -> None:
        self._item, self._logs = item, logs
        self.instants = sorted(_instants_of(item))
        self._days = sorted(log.spent_at for log in logs or ())
        self._made: dict[tuple[int, int], Item] = {}

    @property
    def born(self) -> tuple[datetime, ...]:
        return () if self._item.created_at is None else (self._item.created_at,)

    @property
    def is_logged(self) -> bool:
        return self._logs is not None

    def exists(self, cut: datetime) -> bool:
        return self._item.created_at is None or self._item.created_at < cut

    def as_of(self, cut: datetime, day: date) -> Item:
        key = bisect_left(self.instants, cut), bisect_right(self._days, day)
        if key not in self._made:
            self._made[key] = item_as_of(self._item, cut, self._spent(day))
        return self._made[key]

    def _spent(self, day: date) -> float | None:
        """Summed up in the order in which logs are given: another order may differ in the last digit."""
        if self._logs is None:
            return None
        spent = 0.0
        for log in self._logs:
            spent += log.hours if log.spent_at <= day else 0.0
        return spent


def _instants_of(item: Item) -> Iterator[datetime]:
    yield from (item.closed_at,) if item.closed_at is not None else ()
    yield from item.label_dates.values()
    yield from (change.at for change in item.due_history)
    yield from item.updates or ()


class _MilestoneTimeline:
    """A milestone between the instants at which anything happened to it."""

    __slots__ = ("_made", "_milestone", "instants")

    def __init__(self, milestone: Milestone) -> None:
        closed: Iterable[datetime] = (milestone.closed_at,) if milestone.closed_at is not None else ()
        self._milestone = milestone
        self.instants = sorted([*closed, *(change.at for change in milestone.due_history)])
        self._made: dict[int, Milestone] = {}

    def as_of(self, cut: datetime) -> Milestone:
        key = bisect_left(self.instants, cut)
        if key not in self._made:
            self._made[key] = milestone_as_of(self._milestone, cut)
        return self._made[key]
