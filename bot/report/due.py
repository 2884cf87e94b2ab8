"""Which reports are due on a day, for which period, as of when. Pure: `day` comes in.

A weekly report belongs to its ISO week, is first written on its weekday and stays current until the next week's is due;
`monthly` and `quarterly` report the period that ended, as it stood on its last day. A period that no run reported is
made up for, as of the last day on which it was current, as long as an earlier one shows that the bot was at work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.config import Settings
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
from bot.domain.model import PastReport

WEEK = timedelta(days=7)
MAX_MISSED = 4
"""Periods made up for at most: older news helps nobody."""
SCHEDULED = ("status", "portfolio", "monthly", "quarterly")
PERIOD_FORMS = {
    "status": "an ISO week such as 2026-W47",
    "portfolio": "an ISO week such as 2026-W47",
    "monthly": "a month such as 2026-10",
    "quarterly": "a fiscal quarter such as FY27-Q3",
    "partner": "a month such as 2026-10",
}


@dataclass(frozen=True, slots=True)
class Due:
    """A report to make: its period, the day as of which it is derived; `final`: no later run will bring it up to date."""

    kind: str
    period: Period
    as_of: date
    final: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
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


def cycle_of(kind: str, settings: Settings, calendar: WorkCalendar) -> Cycle:
    """The cycle of a scheduled kind of report. Raises KeyError for `closeout`, which has none."""
    reports = settings.reports
    return {
        "status": lambda: _weekly(reports.status.day),
        "portfolio": lambda: _weekly(reports.portfolio.day),
        "monthly": lambda: _monthly(reports.monthly.day),
        "partner": lambda: _monthly(reports.monthly.day),
        "quarterly": lambda: Cycle(calendar.fiscal_quarter, lambda p: p.last + ONE_DAY, after_end=True),
    }[kind]()


def reports_due(
    settings: Settings, calendar: WorkCalendar, day: date, past: Sequence[PastReport] = ()
) -> tuple[Due, ...]:
    """The reports that a run on `day` writes or brings up to date; missed ones first."""
    found: list[Due] = []
    for kind in SCHEDULED:
        if is_wanted(settings, kind):
            cycle = cycle_of(kind, settings, calendar)
            current = cycle.current(day)
            found += _missed(kind, cycle, current, past)
            as_of = current.last if cycle.after_end else day
            found.append(Due(kind, current, as_of, False, f"current since {cycle.first_due(current)}"))
    if is_wanted(settings, "closeout"):
        found.append(closeout_due(day))
    return tuple(found)


def is_wanted(settings: Settings, kind: str) -> bool:
    """Whether the config asks for this report: enabled, and, where it is an issue, with a project to stand in."""
    section = getattr(settings.reports, kind)
    return bool(section.enabled and getattr(section, "project", "none needed"))


def closeout_due(day: date) -> Due:
    """Closeouts are due whenever an engagement has completed; which ones, the report itself decides."""
    return Due("closeout", Period(day, day, "closeout"), day, False, "once, when an engagement completes")


def forced(settings: Settings, calendar: WorkCalendar, kind: str, period_name: str | None, day: date) -> Due:
    """The report `kind` now, due or not: for the named period, else the week of `day` or the last period that ended.

    Raises UsageError for a period that is none or has not begun.
    """
    if kind == "closeout":
        return closeout_due(day)
    cycle = cycle_of(kind, settings, calendar)
    if period_name is None:
        this = cycle.period_of(day)
        period = cycle.before(this) if cycle.after_end else this
        return Due(kind, period, min(day, period.last), False, "asked for")
    period = _named(kind, period_name, calendar)
    if period.first > day:
        raise UsageError(f"{period_name} has not begun on {day}", "--period")
    return Due(kind, period, min(day, cycle.last_day(period)), False, "asked for")


def coming(settings: Settings, calendar: WorkCalendar, day: date, ahead: int = 10) -> list[tuple[str, date]]:
    """The next `ahead` reports of each wanted kind after `day`, the earliest first."""
    found = []
    for kind in SCHEDULED:
        if is_wanted(settings, kind):
            cycle = cycle_of(kind, settings, calendar)
            period = cycle.current(day)
            for _ in range(ahead):
                period = cycle.after(period)
                found.append((kind, cycle.first_due(period)))
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


def digest_period(kind: str, settings: Settings, calendar: WorkCalendar, day: date) -> Period:
    """The week that a digest sent on `day` is for: the portfolio's follows its report, everybody's own begins on Monday."""
    name = {"portfolio": "portfolio", "customer": "status"}.get(kind)
    return (cycle_of(name, settings, calendar) if name else _weekly("mon")).current(day)


def _missed(kind: str, cycle: Cycle, current: Period, past: Sequence[PastReport]) -> list[Due]:
    """Periods between the latest report of this kind and the current one that nobody reported."""
    told = {p.period for p in past if p.kind == kind and p.audience == "internal"}
    missed: list[Due] = []
    period = cycle.before(current)
    while len(missed) < MAX_MISSED and period.name not in told:
        missed.append(Due(kind, period, cycle.last_day(period), True, "no run reported it"))
        period = cycle.before(period)
    return missed[::-1] if period.name in told else []


def _named(kind: str, name: str, calendar: WorkCalendar) -> Period:
    parse = {"monthly": month_named, "partner": month_named, "quarterly": calendar.quarter_named}.get(kind, week_named)
    try:
        return parse(name)
    except ValueError as problem:
        raise UsageError(f"{name!r} is not {PERIOD_FORMS[kind]}", "--period") from problem


def _weekly(weekday: str) -> Cycle:
    offset = timedelta(days=WEEKDAYS.index(weekday))
    return Cycle(week_of, lambda period: period.first + offset, after_end=False)


def _monthly(day: int) -> Cycle:
    return Cycle(month_of, lambda period: add_months(period.first, 1).replace(day=day), after_end=True)
