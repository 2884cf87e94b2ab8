"""The schedule: planned and earned value, SPI, earned schedule, baseline finish.

Planned and earned value as in PMI's Standard for Earned Value Management; earned schedule as in Lipke (2003), with the
plan read at the end of each working day and a straight line between two of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.derive.ratios import ratio
from bot.derive.results import MilestoneForecast, Schedule
from bot.derive.schedule.critical_path import find_critical_path
from bot.derive.schedule.milestones import MilestoneWork, milestone_statuses
from bot.derive.schedule.slips import days_lost_by_month, delays, find_slips
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import Item

ROUNDING = 1e-9
"""Share of all value below which a difference is a rounding error of sums."""


@frozen
class PlannedValue:
    """Value planned over time: at days (dated work), and evenly over `first` … `last` (the rest)."""

    calendar: WorkCalendar
    dated: Mapping[date, float]
    spread: float = 0.0
    first: date | None = None
    last: date | None = None

    def value_at(self, day: date) -> float:
        """Value planned to be finished at the end of `day`."""
        return sum(value for due, value in self.dated.items() if due <= day) + self.spread * self._share(day)

    @property
    def total(self) -> float:
        return sum(self.dated.values()) + self.spread

    @property
    def finish(self) -> date | None:
        """The day on which all value is planned to be finished."""
        ends = [*self.dated, *([self.last] if self.spread and self.last else [])]
        return max(ends, default=None)

    def _share(self, day: date) -> float:
        if self.first is None or self.last is None or day < self.first:
            return 0.0
        length = self.calendar.working_days_between(self.first, self.last)
        return min(1.0, self.calendar.working_days_between(self.first, day) / length) if length > 0 else 1.0

    def reached_on(self, value: float, start: date) -> float | None:
        """Earned schedule: working days from `start` at which the plan first reached `value`, between days by interpolation."""
        if value <= self.value_at(start) + ROUNDING * self.total:
            return 0.0
        before, planned_before = 0, self.value_at(start)
        for index, planned in self._corners(start):
            if planned >= value - ROUNDING * self.total:
                share = (value - planned_before) / (planned - planned_before)
                return before + min(share, 1.0) * (index - before)
            before, planned_before = index, planned
        return None

    def _corners(self, start: date) -> list[tuple[int, float]]:
        """Working days since `start` at which the plan's slope changes, and the value planned by then."""
        count, calendar = self._index, self.calendar
        jumps: dict[int, float] = {}
        for due, value in self.dated.items():
            index = max(0, count(calendar.next_working_day(due), start))
            jumps[index] = jumps.get(index, 0.0) + value
        indices = set(jumps) | {index - 1 for index in jumps}
        begin, end = (count(day, start) if day else 0 for day in (self.first, self.last))
        indices |= {begin, end}
        corners, reached = [], 0.0
        for index in sorted(i for i in indices if i >= 0):
            reached += jumps.get(index, 0.0)
            corners.append((index, reached + self.spread * _share_at(index, begin, end)))
        return corners

    def _index(self, day: date, start: date) -> int:
        return self.calendar.working_days_between(start, day)


def _share_at(index: int, begin: int, end: int) -> float:
    if end <= begin:
        return 1.0 if index >= end else 0.0
    return min(1.0, max(0.0, (index - begin) / (end - begin)))


def derive_schedule(subject: Subject) -> Schedule:
    """Everything of the schedule that needs no forecast; `add_forecasts` completes the milestones."""
    engagement, progress = subject.engagement, subject.derived.progress
    work = subject.work
    views = subject.milestone_views
    planned = plan_dates(work, views)
    slips = find_slips(work, engagement.milestones, subject.calendar)
    schedule = Schedule(
        milestones=milestone_statuses(subject),
        critical_path=find_critical_path(work, progress.values, views),
        slips=slips,
        days_lost_by_month=days_lost_by_month(slips, engagement.milestones, work),
        delays=delays(slips, engagement.milestones, work),
        planned=planned,
        earned_value=progress.done if work else None,
    )
    return _with_plan(schedule, subject, work)


def derive_path(subject: Subject) -> Schedule:
    """Of the schedule only what a forecast rests on."""
    values, views = subject.derived.progress.values, subject.milestone_views
    return Schedule(critical_path=find_critical_path(subject.work, values, views))


def add_forecasts(schedule: Schedule, subject: Subject, forecasts: Sequence[MilestoneForecast]) -> Schedule:
    """The schedule with the milestones' forecast, slip and state."""
    return replace(schedule, milestones=milestone_statuses(subject, forecasts))


def plan_dates(work: Sequence[Item], milestones: Sequence[MilestoneWork]) -> dict[str, date]:
    """Planned finish of each dated item: its first known due date, else its milestone's baseline."""
    by_milestone = {m.title: m.baseline for m in milestones}
    planned = {item.ref: item.first_due or by_milestone.get(item.milestone or "") for item in work}
    return {ref: day for ref, day in planned.items() if day}


def make_plan(subject: Subject, work: Sequence[Item], planned: Mapping[str, date]) -> PlannedValue | None:
    """The plan, or None when there is no work or some of it has neither a date nor SOW dates to spread it over."""
    start, end, values = first_day(subject), subject.derived.end, subject.derived.progress.values
    dated: dict[date, float] = {}
    for item in work:
        if item.ref in planned:
            dated[planned[item.ref]] = dated.get(planned[item.ref], 0.0) + values[item.ref]
    spread = sum(values[item.ref] for item in work if item.ref not in planned)
    if not work or (spread and not (start and end)):
        return None
    return PlannedValue(subject.calendar, dated, spread, start, end)


def first_day(subject: Subject) -> date | None:
    """The first working day of the SOW: a start on a day of rest plans as one on the next working day."""
    start = subject.engagement.facts.start
    return subject.calendar.next_working_day(start) if start else None


def _with_plan(schedule: Schedule, subject: Subject, work: Sequence[Item]) -> Schedule:
    start = first_day(subject)
    plan = make_plan(subject, work, schedule.planned)
    if plan is None:
        return replace(schedule, baseline_finish=subject.derived.end)
    earned, value = schedule.earned_value or 0.0, plan.value_at(subject.day)
    days = plan.reached_on(earned, start) if start else None
    elapsed = subject.calendar.working_days_between(start, subject.day) if start else 0
    return replace(
        schedule,
        planned_value=value,
        spi=ratio(earned, value),
        earned_schedule_days=days,
        spi_t=ratio(days, elapsed) if elapsed > 0 else None,
        baseline_finish=plan.finish,
    )
