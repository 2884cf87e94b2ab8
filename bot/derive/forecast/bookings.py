"""Booked capacity: hours by working day ahead, hard ones as a plan, soft ones as upside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from bot.derive.forecast.history import Array, History, WorkAxis
from bot.domain.calendar import ONE_DAY, Period, WorkCalendar, week_named
from bot.domain.model import Booking


def booked_ahead(
    bookings: Sequence[Booking], axis: WorkAxis, day: date, worked_share: float
) -> tuple[Array, Array] | None:
    """Working days after `day` and cumulative hours that hard bookings promise by then; `worked_share` of them are worked.

    Each booked week has a point at its beginning and one at its end: in weeks that nobody booked nothing is done.
    """
    weeks = _hours_by_week(bookings, "hard")
    now, points, total = axis.position(day), [(0.0, 0.0)], 0.0
    for week in sorted(weeks, key=lambda w: w.first):
        hours = weeks[week] * _share_after(week, day, axis.calendar)
        if hours > 0:
            points.append((max(axis.position(week.first - ONE_DAY) - now, points[-1][0]), total))
            total += worked_share * hours
            points.append((axis.position(week.last) - now, total))
    if len(points) == 1:
        return None
    return np.array([p for p, _ in points]), np.array([h for _, h in points])


def days_to_do(hours: float, booked: tuple[Array, Array] | None, burn: float) -> float | None:
    """Working days until `hours` are done: as booked (`booked_ahead`), then at the `burn` in hours a day; None without either."""
    days, done = booked if booked is not None else (np.zeros(1), np.zeros(1))
    if hours <= done[-1]:
        return float(np.interp(hours, done, days))
    return float(days[-1]) + (hours - float(done[-1])) / burn if burn > 0 else None


def worked_of_booked(bookings: Sequence[Booking], history: History, last: date) -> float | None:
    """Hours logged ÷ hours hard-booked, over the booked weeks that were over by `last`; None without any."""
    weeks = {w: hours for w, hours in _hours_by_week(bookings, "hard").items() if hours > 0 and w.last <= last}
    if not weeks:
        return None
    mondays = history.log_date - (history.log_date - 1) % 7
    inside = np.isin(mondays, [w.first.toordinal() for w in weeks])
    return float(history.log_hours[inside].sum()) / math.fsum(weeks.values())


def first_booking(bookings: Sequence[Booking], calendar: WorkCalendar) -> date | None:
    """The first working day of the first hard-booked week."""
    weeks = [w.first for w, hours in _hours_by_week(bookings, "hard").items() if hours > 0]
    return calendar.next_working_day(min(weeks)) if weeks else None


def soft_money(
    bookings: Sequence[Booking], periods: Sequence[Period], rate: float | None, day: date, calendar: WorkCalendar
) -> Mapping[str, float]:
    """What soft bookings after `day` could add to each quarter, at the mean rate."""
    found: dict[str, float] = {}
    for week, hours in _hours_by_week(bookings, "soft").items():
        days = [d for d in calendar.working_days(week.first, week.last) if d > day]
        length = len(calendar.working_days(week.first, week.last))
        for period in periods:
            inside = sum(d in period for d in days)
            if inside and rate:
                found[period.name] = found.get(period.name, 0.0) + rate * hours * inside / length
    return found


def _hours_by_week(bookings: Sequence[Booking], kind: str) -> dict[Period, float]:
    """Hours by ISO week. A week that is none counts nowhere; `capacity.unreadable_weeks` tells of it."""
    by_week: dict[Period, list[float]] = {}
    for booking in bookings:
        week = _read_week(booking.week) if booking.kind == kind else None
        if week is not None:
            by_week.setdefault(week, []).append(booking.hours)
    return {week: math.fsum(hours) for week, hours in sorted(by_week.items())}


def _read_week(name: str) -> Period | None:
    try:
        return week_named(name)
    except ValueError:
        return None


def _share_after(week: Period, day: date, calendar: WorkCalendar) -> float:
    days = calendar.working_days(week.first, week.last)
    return sum(d > day for d in days) / len(days) if days else 0.0
