"""An engagement's work as arrays of working days, so that any earlier day's state costs one pass.

The time axis is the working day: day 0 is the first day on which work could be done, holidays and weekends have no
length. Replays (calibration, back-test, cumulative catch-up) cut these arrays; the model itself is read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bot.config import LabelSettings
from bot.derive.forecast.constants import BASIS_SHARE, LATE_FROM, LONGEST_SHEET, PARTIAL_CREDIT
from bot.derive.forecast.sheets import read_sheets
from bot.derive.money.hours import items_without_logs, non_billable_refs
from bot.derive.scope.breakdown import Breakdown, break_down
from bot.domain.calendar import ONE_DAY, WEEKDAYS, WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Engagement, Item, TimeLog
from bot.domain.vocabulary import EPIC, ValueBasis

Array = NDArray[np.float64]
NEVER = float(np.iinfo(np.int32).max)
REST_STEP = 1e-4
"""Length of a day of rest in working days: next to nothing, but what was done on a Sunday keeps its side of a quarter's end."""
NOT_WORK, NO_ITEM = -1, -2
"""Places of logs on what is no item of work (RAID, dropped), and of hours on the whole: timesheet rows, containers."""
DAYS_PER_WEEK = 5.0
"""The axis counts five working days to a week, whatever weekdays the calendar has."""


@lru_cache(maxsize=16)
def _busday(calendar: WorkCalendar) -> np.busdaycalendar:
    mask = "".join("1" if n in calendar.working_weekdays else "0" for n in range(len(WEEKDAYS)))
    return np.busdaycalendar(mask, sorted(calendar.holidays))


@lru_cache(maxsize=16)
def _known_positions(calendar: WorkCalendar) -> dict[date, float]:
    """Positions by day: every replay asks for the same ones."""
    return {}


@lru_cache(maxsize=16)
def _known_days(calendar: WorkCalendar) -> dict[int, date]:
    """Working days by their number, likewise."""
    return {}


class WorkAxis:
    """Days ⇄ positions on the working-day axis of a calendar."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self._busdays = _busday(calendar)
        self._known = _known_positions(calendar)
        self._days = _known_days(calendar)
        self.scale = DAYS_PER_WEEK / len(calendar.working_weekdays)

    def positions(self, days: Sequence[date | None], missing: float = NEVER) -> Array:
        """End-of-day position of each day; `missing` for None. A day of rest comes just behind the day before it."""
        known = self._known
        fresh = [day for day in set(days).difference(known) if day is not None]
        if fresh:
            known.update(zip(fresh, self._count(fresh).tolist(), strict=True))
        return np.array([known.get(day, missing) for day in days], dtype=np.float64)  # type: ignore[arg-type]

    def _count(self, days: list[date]) -> Array:
        numbers = np.array([day.toordinal() for day in days], dtype=np.int64)
        after: NDArray[np.datetime64] = (numbers + 1 - _UNIX_EPOCH).astype("datetime64[D]")
        counts = np.busday_count(_ORIGIN64, after, busdaycal=self._busdays).astype(np.float64) * self.scale
        itself = (numbers - _UNIX_EPOCH).astype("datetime64[D]")
        worked = np.busday_offset(itself, 0, roll="backward", busdaycal=self._busdays)
        rest = (itself - worked).astype(np.float64)
        return np.asarray(counts + REST_STEP * rest, dtype=np.float64)

    def position(self, day: date) -> float:
        """End-of-day position of `day`."""
        found = self._known.get(day)
        return float(self.positions([day])[0]) if found is None else found

    def day(self, position: float) -> date:
        """The working day at whose end `position` is reached."""
        count = max(1, round(position / self.scale))
        if (known := self._days.get(count)) is not None:
            return known
        found = np.busday_offset(_ORIGIN64, count - 1, roll="forward", busdaycal=self._busdays)
        day = self._days[count] = date.fromisoformat(str(found))
        return day


_ORIGIN = date(1990, 1, 1)
_UNIX_EPOCH = date(1970, 1, 1).toordinal()
_ORIGIN64 = np.datetime64(_ORIGIN)


@frozen
class State:
    """What was known of an engagement at the end of one day. Values in units of the basis, hours in hours."""

    at: float
    elapsed: float
    total: float
    earned_closed: float
    earned: float
    spent: float
    open_items: int
    items: int
    arrived: float
    """Share of today's value that came after the first tenth of the time gone; what came today is no trend yet."""
    weekly_closed: Array
    weekly_hours: Array
    """Value closed and hours logged per week, newest first."""
    unlogged: float = 0.0
    """Value that is closed and whose hours are not logged yet."""
    overdue: bool = False
    """Nothing was logged for longer than a timesheet takes."""

    @property
    def left(self) -> float:
        """Value still to be earned."""
        return max(self.total - self.earned, 0.0)

    @property
    def progress(self) -> float:
        """Share of the value earned, with partial credit."""
        return self.earned / self.total if self.total > 0 else 0.0

    @property
    def weeks(self) -> int:
        return len(self.weekly_closed)


@dataclass(frozen=True)
class History:
    """One engagement as arrays; positions are end-of-day positions on the working-day axis."""

    axis: WorkAxis
    basis: ValueBasis
    refs: tuple[str, ...]
    value: Array
    created: Array
    closed: Array
    closed_date: NDArray[np.int64]
    """Day number of each closing: weeks are calendar weeks, so that work done on days of rest counts in its own week."""
    log_item: NDArray[np.int64]
    log_at: Array
    """When each log was known; a timesheet's hours were worked in the weeks before it, by `log_date`."""
    log_date: NDArray[np.int64]
    log_hours: Array
    whole: NDArray[np.int64]
    """Which items are parts of one issue: they bear the same number."""
    start: float | None
    budget: float | None = None
    """Hours of the SOW: what a unit costs where no hours are estimated."""
    logs: tuple[TimeLog, ...] = ()
    """On the days on which they were worked, and one for each item whose hours are known only as a total."""
    sheets: Mapping[str, date] = field(default_factory=lambda: EMPTY)
    """By person whose last log is a timesheet of many days: its day."""

    @cached_property
    def last_close(self) -> float | None:
        """Position of the last closing; None when something is open or nothing was closed."""
        return float(np.max(self.closed)) if len(self.closed) and np.max(self.closed) < NEVER else None

    @cached_property
    def _logs_in_order(self) -> tuple[Array, Array]:
        order = np.argsort(self.log_at, kind="stable")
        return self.log_at[order], np.concatenate([[0.0], np.cumsum(self.log_hours[order])])

    def hours_until(self, at: float) -> float:
        """Hours logged up to position `at`."""
        days, sums = self._logs_in_order
        return float(sums[np.searchsorted(days, at + 1e-9)])

    def state(self, at: float) -> State:
        """The state at the end of position `at`; nothing later counts."""
        start = self.start if self.start is not None else at
        exists = self.created <= at
        done = exists & (self.closed <= at)
        past = self.log_at <= at
        on_item = past & (self.log_item >= 0)
        spent = np.bincount(self.log_item[on_item], self.log_hours[on_item], len(self.value)).astype(np.float64)
        unit = self._hours_per_unit(exists, done, spent)
        estimate = self.value * unit
        started = np.where(exists & ~done, np.minimum(spent, PARTIAL_CREDIT * estimate), 0.0)
        credit = float(started.sum()) + self._unassigned_credit(past, exists, done, spent, started, estimate)
        total, closed_value = float(self.value[exists].sum()), float(self.value[done].sum())
        elapsed = max(at - start, 0.0)
        today = self.axis.day(at).toordinal()
        late = exists & (self.created > start + max(elapsed * LATE_FROM, 1.0)) & (self.created < at)
        return State(
            at=at,
            elapsed=elapsed,
            total=total,
            earned_closed=closed_value,
            earned=closed_value + (credit / unit if unit > 0 else 0.0),
            spent=float(self.log_hours[past].sum()),
            open_items=int((exists & ~done).sum()),
            items=int(np.count_nonzero(np.bincount(self.whole[exists]))),
            unlogged=self._unlogged(at, done, spent),
            overdue=at - self._last_log(at) > DAYS_PER_WEEK * LONGEST_SHEET,
            arrived=float(self.value[late].sum()) / total if total > 0 else 0.0,
            weekly_closed=_weekly(self.closed_date[done], self.value[done], today, elapsed),
            weekly_hours=_weekly(self.log_date[past], self.log_hours[past], today, elapsed),
        )

    def _unlogged(self, at: float, done: NDArray[np.bool_], spent: Array) -> float:
        """Value closed after the last hour was logged, on items without any: what it cost is not written down yet."""
        last = self._last_log(at)
        return float(self.value[done & (self.closed > last) & (spent == 0)].sum()) if last > 0 else 0.0

    def _last_log(self, at: float) -> float:
        """Position of the last log that was known; 0 without one."""
        days, _ = self._logs_in_order
        known = int(np.searchsorted(days, at + 1e-9))
        return float(days[known - 1]) if known else 0.0

    def _hours_per_unit(self, exists: NDArray[np.bool_], done: NDArray[np.bool_], spent: Array) -> float:
        """Hours that a unit of value is taken to cost: 1 in hours, else the budget's share, else what closed work cost."""
        if self.basis == ValueBasis.HOURS:
            return 1.0
        total, closed = float(self.value[exists].sum()), float(self.value[done].sum())
        if self.budget and total > 0:
            return self.budget / total
        return float(spent[done].sum()) / closed if closed > 0 else 0.0

    def _unassigned_credit(
        self,
        past: NDArray[np.bool_],
        exists: NDArray[np.bool_],
        done: NDArray[np.bool_],
        spent: Array,
        started: Array,
        estimate: Array,
    ) -> float:
        """What hours that name no item earn on open items: those that closed items' estimates leave over."""
        hours = float(self.log_hours[past & (self.log_item == NO_ITEM)].sum())
        if hours <= 0:
            return 0.0
        owed = float(np.maximum(estimate - spent, 0.0)[done].sum())
        room = float((PARTIAL_CREDIT * estimate - started)[exists & ~done].sum())
        return min(max(hours - owed, 0.0), room)


def _weekly(days: NDArray[np.int64], amount: Array, today: int, elapsed: float) -> Array:
    """Amounts per full calendar week back from day number `today`, newest first; older than the start is left out."""
    weeks = int(elapsed // DAYS_PER_WEEK)
    age = np.maximum(today - days, 0) // 7
    young = age < weeks
    return np.bincount(age[young], amount[young], weeks)[:weeks].astype(np.float64)


def make_history(
    engagement: Engagement, labels: LabelSettings, calendar: WorkCalendar, parts: Breakdown | None = None
) -> History:
    """The arrays of an engagement as given (cut it to a day first with `model.as_of`, or ask `state` for that day).

    `parts` is what its items count as, where that is known already.
    """
    axis = WorkAxis(calendar)
    parts = break_down(engagement, labels) if parts is None else parts
    items, above = parts.work, parts.above if any(parts.above.values()) else EMPTY
    basis, value = _values(items)
    created = axis.positions(calendar.local_days([i.created_at for i in items]), missing=0.0)
    closings = calendar.local_days([i.closed_at for i in items])
    is_open = [i.is_open for i in items]
    closed = axis.positions([None if still else day for still, day in zip(is_open, closings, strict=True)])
    undated = [not still and day is None for still, day in zip(is_open, closings, strict=True)]
    closed = np.where(undated, created, closed)
    sheets = read_sheets(
        _on_parts(all_logs(engagement, labels, calendar), items, above), calendar, engagement.facts.start
    )
    logs = sheets.logs
    place = {item.ref: n for n, item in enumerate(items)}
    log_at = axis.positions(list(sheets.known))
    return History(
        axis=axis,
        basis=basis,
        refs=tuple(i.ref for i in items),
        value=value,
        budget=engagement.facts.hours,
        created=created,
        closed=closed,
        closed_date=np.array([_day_number(day) for day in closings], dtype=np.int64),
        log_item=np.array([place.get(log.item, NOT_WORK) if log.item else NO_ITEM for log in logs], dtype=np.int64),
        log_at=log_at,
        log_date=np.array([log.spent_at.toordinal() for log in logs], dtype=np.int64),
        log_hours=np.array([log.hours for log in logs], dtype=np.float64),
        whole=_wholes(engagement, items, above),
        start=_start(engagement, axis, created, closed, log_at),
        logs=logs,
        sheets=sheets.until,
    )


def _on_parts(
    logs: Iterable[TimeLog], items: Sequence[Item], above: Mapping[str, tuple[str, ...]]
) -> tuple[TimeLog, ...]:
    """Hours on a container are hours on each of its parts alike."""
    if not above:
        return tuple(logs)
    parts: dict[str, list[str]] = {}
    for item in items:
        for ref in above.get(item.ref, ()):
            parts.setdefault(ref, []).append(item.ref)
    found: list[TimeLog] = []
    for log in logs:
        below = parts.get(log.item or "", ())
        found += [replace(log, item=ref, hours=log.hours / len(below)) for ref in below] or [log]
    return tuple(found)


def _wholes(engagement: Engagement, items: Sequence[Item], above: Mapping[str, tuple[str, ...]]) -> NDArray[np.int64]:
    """A number for each item; parts of an issue share one, as an issue is one piece of evidence however it is split."""
    if not above:
        return np.arange(len(items), dtype=np.int64)
    epics = {item.ref for item in engagement.items if item.type == EPIC}
    whole = [([ref for ref in above.get(i.ref, ()) if ref not in epics] or [i.ref])[-1] for i in items]
    numbers = {ref: n for n, ref in enumerate(dict.fromkeys(whole))}
    return np.array([numbers[ref] for ref in whole], dtype=np.int64)


def _day_number(day: date | None) -> int:
    return (day or _ORIGIN).toordinal()


def _values(items: tuple[Item, ...]) -> tuple[ValueBasis, Array]:
    """Basis of progress and each item's value: hours, else weights, else one each."""
    for basis, amounts in (
        (ValueBasis.HOURS, [i.estimate_hours or 0.0 for i in items]),
        (ValueBasis.WEIGHT, [i.weight or 0.0 for i in items]),
    ):
        given = [a for a in amounts if a > 0]
        if given and len(given) >= BASIS_SHARE * len(items):
            typical = float(median(given))
            return basis, np.array([a if a > 0 else typical for a in amounts])
    return ValueBasis.COUNT, np.ones(len(items))


def all_logs(engagement: Engagement, labels: LabelSettings, calendar: WorkCalendar) -> tuple[TimeLog, ...]:
    """Time logs, and one for each item whose hours are known only as GitLab's total: on its closing day.

    An item that is still open has no day: the last day on which anything happened stands for it.
    """
    local = calendar.local_day
    rest = items_without_logs(engagement, labels)
    if not rest:
        return engagement.timelogs
    free = non_billable_refs(engagement.items, labels)
    seen = [local(at) for i in engagement.items if (at := i.closed_at or i.created_at)]
    newest = max([*seen, *(log.spent_at for log in engagement.timelogs)], default=_ORIGIN)
    made = (
        TimeLog(
            i.ref,
            "",
            local(i.closed_at) if i.closed_at and not i.is_open else newest,
            i.spent_hours or 0.0,
            i.ref not in free,
        )
        for i in rest
    )
    return (*engagement.timelogs, *made)


def _start(engagement: Engagement, axis: WorkAxis, created: Array, closed: Array, log_at: Array) -> float | None:
    """Position before the first day of work: the SOW's start, else the first trace of work; None when there is neither."""
    if engagement.facts.start is not None:
        return axis.position(axis.calendar.next_working_day(engagement.facts.start) - ONE_DAY)
    traces = [float(np.min(a)) for a in (closed, log_at) if len(a) and np.min(a) < NEVER]
    if traces:
        return min(traces) - 1.0
    return None
