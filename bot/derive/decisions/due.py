"""Which reports are due on a day, for which period, as of when. Pure: the day and the reports' schedules come in.

A weekly report belongs to its ISO week, is first written on its weekday and stays current until the next week's is due;
a monthly and a quarterly one report the period that ended, as it stood on its last day. A period that no run reported is
made up for, as of the last day on which it was current, as long as an earlier one shows that the bot was at work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from bot.config import ReportSection, Settings
from bot.domain.calendar import (
    ONE_DAY,
    WEEKDAYS,
    Period,
    WorkCalendar,
    add_months,
    month_named,
    month_of,
    week_named,
    week_of,
)
from bot.domain.errors import UsageError
from bot.domain.frozen import frozen
from bot.domain.model import PastReport
from bot.domain.vocabulary import Audience

WEEK: Final = timedelta(days=7)
ASKED_FOR: Final = "asked for"
MAX_MISSED: Final = 4
"""Periods made up for at most: older news helps nobody."""


@frozen
class Due:
    """A report to make: its period, the day as of which it is derived; `final`: no later run will bring it up to date."""

    kind: str
    period: Period
    as_of: date
    final: bool = False
    reason: str = ""


@frozen
class Cycle:
    """How a kind of report recurs: the period of a day, and the day on which a period's report is first due."""

    period_of: Callable[[date], Period]
    first_due: Callable[[Period], date]
    after_end: bool
    """The period is reported after it ended, as it stood on its last day."""

    def before(self, period: Period) -> Period:
        return self.period_of(period.first - ONE_DAY)

    def after(self, period: Period) -> Period:
        return self.period_of(period.last + ONE_DAY)

    def current(self, day: date) -> Period:
        """The latest period whose report is due by `day`."""
        period = self.period_of(day)
        while self.first_due(period) > day:
            period = self.before(period)
        return period

    def last_day(self, period: Period) -> date:
        """The last day as of which `period`'s report holds: the day before the next one is due, or the period's end."""
        return period.last if self.after_end else self.first_due(self.after(period)) - ONE_DAY


@frozen
class Rhythm:
    """How a report recurs, before its config says on which day: what a report declares."""

    form: str
    """How its periods are named, for a sentence."""
    cycle: Callable[[ReportSection, WorkCalendar], Cycle]
    named: Callable[[str, WorkCalendar], Period]
    """The period of that name. Raises ValueError for a name that is none."""


def weekly(weekday: str) -> Cycle:
    offset = timedelta(days=WEEKDAYS.index(weekday))
    return Cycle(week_of, lambda period: period.first + offset, after_end=False)


def monthly(day: int) -> Cycle:
    return Cycle(month_of, lambda period: add_months(period.first, 1).replace(day=day), after_end=True)


def quarterly(calendar: WorkCalendar) -> Cycle:
    return Cycle(calendar.fiscal_quarter, lambda p: p.last + ONE_DAY, after_end=True)


WEEKLY: Final = Rhythm(
    "an ISO week such as 2026-W47",
    lambda section, _: weekly(getattr(section, "day", "thu")),
    lambda name, _: week_named(name),
)
MONTHLY: Final = Rhythm(
    "a month such as 2026-10",
    lambda section, _: monthly(getattr(section, "day", 1)),
    lambda name, _: month_named(name),
)
QUARTERLY: Final = Rhythm(
    "a fiscal quarter such as FY27-Q3",
    lambda _, calendar: quarterly(calendar),
    lambda name, calendar: calendar.quarter_named(name),
)


def always(_: Settings) -> bool:
    return True


@frozen
class ReportSchedule:
    """When a kind of report is made. Without a rhythm it is due at any time, and written on its occasion."""

    rhythm: Rhythm | None
    section: str
    """The key under `reports:` that says on which day."""
    on_request: bool = False
    """Never due by itself."""
    occasion: str = "when an engagement completes"
    """When it is written, without a rhythm."""
    is_asked: Callable[[Settings], bool] = always


Schedules = Mapping[str, ReportSchedule]
"""By kind of report, in the order in which they are made."""


def status_cycle(settings: Settings) -> Cycle:
    """The cycle of the weekly status, by which other reports tell what was published when."""
    return weekly(settings.reports.status.day)


def digest_cycle(kind: str, settings: Settings) -> Cycle:
    """The weeks that digests are for: the portfolio's follows its report, everybody's own begins on Monday."""
    days = {"portfolio": settings.reports.portfolio.day, "customer": settings.reports.status.day}
    return weekly(days.get(kind, "mon"))


def cycle_of(schedules: Schedules, kind: str, settings: Settings, calendar: WorkCalendar) -> Cycle | None:
    """The cycle of a kind of report; None for one that has none, such as the closeout."""
    rhythm = schedules[kind].rhythm
    return rhythm.cycle(settings.reports.section(schedules[kind].section), calendar) if rhythm else None


def reports_due(
    schedules: Schedules, settings: Settings, calendar: WorkCalendar, day: date, past: Sequence[PastReport] = ()
) -> tuple[Due, ...]:
    """The reports that a run on `day` writes or brings up to date; missed ones first."""
    found: list[Due] = []
    for kind in _wanted(schedules, settings):
        cycle = cycle_of(schedules, kind, settings, calendar)
        found += _of_cycle(kind, cycle, day, past) if cycle else [_on_occasion(kind, schedules[kind], day)]
    return tuple(found)


def _wanted(schedules: Schedules, settings: Settings) -> list[str]:
    """The kinds that the config asks for: enabled, and, where it is an issue, with a project to stand in."""
    kinds = [kind for kind, schedule in schedules.items() if not schedule.on_request]
    wanted = [kind for kind in kinds if settings.reports.section(schedules[kind].section).is_wanted]
    return [kind for kind in wanted if schedules[kind].is_asked(settings)]


def _of_cycle(kind: str, cycle: Cycle, day: date, past: Sequence[PastReport]) -> list[Due]:
    current = cycle.current(day)
    as_of = current.last if cycle.after_end else day
    now = Due(kind, current, as_of, False, f"current since {cycle.first_due(current)}")
    return [*_missed(kind, cycle, current, past), now]


def _on_occasion(kind: str, schedule: ReportSchedule, day: date) -> Due:
    """On what it is written, the report itself decides."""
    return Due(kind, Period(day, day, kind), day, False, f"once, {schedule.occasion}")


def forced(
    schedules: Schedules, settings: Settings, calendar: WorkCalendar, kind: str, period_name: str | None, day: date
) -> Due:
    """The report `kind` now, due or not: for the named period, else the week of `day` or the last period that ended.

    Raises UsageError for a period that is none or has not begun.
    """
    rhythm, cycle = schedules[kind].rhythm, cycle_of(schedules, kind, settings, calendar)
    if rhythm is None or cycle is None:
        return _on_occasion(kind, schedules[kind], day)
    if period_name is None:
        this = cycle.period_of(day)
        if schedules[kind].on_request:  # a hand-over is of the day that is asked for
            return Due(kind, this, day, False, ASKED_FOR)
        period = cycle.before(this) if cycle.after_end else this
        return Due(kind, period, min(day, period.last), False, ASKED_FOR)
    period = _named(rhythm, period_name, calendar)
    if period.first > day:
        raise UsageError(f"{period_name} has not begun on {day}", "--period")
    return Due(kind, period, min(day, cycle.last_day(period)), False, ASKED_FOR)


def coming(
    schedules: Schedules, settings: Settings, calendar: WorkCalendar, day: date, ahead: int = 10
) -> list[tuple[str, date]]:
    """The next `ahead` reports of each wanted kind after `day`, the earliest first."""
    cycles = {kind: cycle_of(schedules, kind, settings, calendar) for kind in _wanted(schedules, settings)}
    found = [(kind, first) for kind, cycle in cycles.items() if cycle for first in _next_of(cycle, day, ahead)]
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def _next_of(cycle: Cycle, day: date, ahead: int) -> Iterator[date]:
    period = cycle.current(day)
    for _ in range(ahead):
        period = cycle.after(period)
        yield cycle.first_due(period)


def _missed(kind: str, cycle: Cycle, current: Period, past: Sequence[PastReport]) -> list[Due]:
    """Periods between the latest report of this kind and the current one that nobody reported."""
    told = {p.period for p in past if p.kind == kind and p.audience == Audience.INTERNAL}
    missed: list[Due] = []
    period = cycle.before(current)
    while len(missed) < MAX_MISSED and period.name not in told:
        missed.append(Due(kind, period, cycle.last_day(period), True, "no run reported it"))
        period = cycle.before(period)
    return missed[::-1] if period.name in told else []


def _named(rhythm: Rhythm, name: str, calendar: WorkCalendar) -> Period:
    try:
        return rhythm.named(name, calendar)
    except ValueError as problem:
        raise UsageError(f"{name!r} is not {rhythm.form}", "--period") from problem
