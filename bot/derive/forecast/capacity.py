"""Capacity: hours by working day ahead, from bookings where there are some and from each person's burn where there are none.

A booking tells of the person and the week it names. What nobody booked is unknown, not zero: those people and weeks run at
the burn of late. Only where bookings held (nearly) all that was worked lately does a missing booking mean a week elsewhere.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from bot.config.people import Absence
from bot.derive.forecast.constants import (
    BURN_DECAY,
    BURN_FROM,
    BURN_WEEKS,
    COMPLETE_PRACTICE,
    COVERED,
    LONGEST_SHEET,
    PRIOR_WEIGHT,
    YIELD_WITHIN,
)
from bot.derive.forecast.history import DAYS_PER_WEEK, Array, History, WorkAxis
from bot.derive.people.availability import NOBODY, Availability
from bot.domain.calendar import ONE_DAY, Period, WorkCalendar, week_named, week_of
from bot.domain.model import EMPTY, Booking, TimeLog, WhatIf

FARTHEST_WEEKS = 104


@dataclass(frozen=True)
class Capacity:
    """Working days from now, and by each of them cumulative hours as booked and at the burn; then `burn` hours a day."""

    days: Array
    booked: Array
    burnt: Array
    burn: float

    @cached_property
    def hours(self) -> Array:
        """Cumulative hours, booked or not."""
        return self.booked + self.burnt

    @property
    def has_bookings(self) -> bool:
        """Whether anything is booked ahead."""
        return bool(self.booked[-1] > 0)

    def parts_by(self, after: float) -> tuple[float, float]:
        """Hours as booked and at the burn in the next `after` working days."""
        beyond = self.burn * max(after - float(self.days[-1]), 0.0)
        return float(np.interp(after, self.days, self.booked)), float(np.interp(after, self.days, self.burnt)) + beyond

    def hours_by(self, after: Array) -> Array:
        """Hours in the next `after` working days, booked or not; one number for each of them."""
        beyond = self.burn * np.maximum(after - float(self.days[-1]), 0.0)
        return np.interp(after, self.days, self.hours) + beyond

    @property
    def is_known(self) -> bool:
        """Whether anything tells how much will be worked."""
        return self.has_bookings or self.burn > 0

    def days_to_do(self, hours: float) -> float | None:
        """Working days until `hours` are done; None where capacity ends before."""
        if hours <= self.hours[-1]:
            return float(np.interp(hours, self.hours, self.days))
        return float(self.days[-1]) + (hours - float(self.hours[-1])) / self.burn if self.burn > 0 else None


NO_CAPACITY = Capacity(np.zeros(1), np.zeros(1), np.zeros(1), 0.0)


def find_capacity(
    bookings: Sequence[Booking],
    logs: Sequence[TimeLog],
    axis: WorkAxis,
    day: date,
    availability: Availability,
    elapsed: float,
    worked_share: float,
    sheets: Mapping[str, date] = EMPTY,
) -> Capacity:
    """Capacity after `day`: of booked hours `worked_share` are worked, shrunk towards what was worked of one's own bookings."""
    hard = _by_person(bookings)
    burns = burn_by_person(logs, day, elapsed, sheets)
    weeks = _weeks_ahead(hard, burns, day, availability)
    planned = _planned_weeks(hard, logs, burns, weeks, day)
    share = own_yield(hard, logs, day, worked_share)
    now, points, booked, burnt = axis.position(day), [0.0], [0.0], [0.0]
    for week in weeks:
        left = _share_after(week, day, axis.calendar)
        known = {user: hours for user, at in hard.items() if (hours := at.get(week, 0.0)) > 0}
        taken = sum(_available(user, hours, week, availability) for user, hours in known.items())
        free = {
            u: b for u, b in burns.items() if u not in known and not _elsewhere(hard.get(u, {}), week, week in planned)
        }
        points.append(max(axis.position(week.last) - now, points[-1]))
        booked.append(booked[-1] + share * taken * left)
        burnt.append(burnt[-1] + sum(b * _presence(u, week, availability) for u, b in free.items()) * left)
    return Capacity(np.array(points), np.array(booked), np.array(burnt), math.fsum(burns.values()) / DAYS_PER_WEEK)


def week_hours(calendar: WorkCalendar) -> float:
    """Hours of a full working week."""
    return calendar.hours_per_day * len(calendar.working_weekdays)


def newcomers(what_if: WhatIf, calendar: WorkCalendar) -> tuple[Booking, ...]:
    """People who join in a scenario, booked full-time from their day on."""
    people = [*((f"joins {day}", day, count) for day, count in what_if.joins), *((u, d, 1) for u, d in what_if.moves)]
    weeks = [
        (week_of(day + timedelta(weeks=n)), n, *one)
        for one in people
        for day in [one[1]]
        for n in range(FARTHEST_WEEKS)
    ]
    return tuple(
        Booking(
            user,
            week.name,
            count * week_hours(calendar) * (_share_after(week, day - ONE_DAY, calendar) if n == 0 else 1.0),
        )
        for week, n, user, day, count in weeks
    )


def with_absences(availability: Availability, away: Iterable[tuple[str, date, date]]) -> Availability:
    """Availability with the absences that a scenario assumes."""
    people = dict(availability.people)
    for user, first, last in away:
        name = next((n for n in people if n.casefold() == user.casefold()), user)
        person = people.get(name, NOBODY)
        people[name] = person.model_copy(update={"away": [*person.away, Absence(first=first, last=last)]})
    return Availability(availability.calendar, people)


def burn_by_person(
    logs: Iterable[TimeLog], day: date, elapsed: float, sheets: Mapping[str, date] = EMPTY
) -> dict[str, float]:
    """Hours a week of late by person, over the full weeks since the start (at most BURN_WEEKS); nobody's with fewer than BURN_FROM.

    Whose timesheets come in bulk (`sheets`: until when) has the burn of the day until which they tell, till the next is overdue.
    """
    known = {user: until for user, until in sheets.items() if day - until <= timedelta(weeks=LONGEST_SHEET)}
    shares = {until: _week_shares(elapsed - (day - until).days * DAYS_PER_WEEK / 7) for until in {day, *known.values()}}
    found: dict[str, float] = defaultdict(float)
    for log in logs:
        until = known.get(log.user, day)
        age, weeks = max((until - log.spent_at).days, 0) // 7, shares[until]
        if age < len(weeks):
            found[log.user] += log.hours * weeks[age]
    return dict(sorted(found.items()))


def _week_shares(elapsed: float) -> list[float]:
    """What each full week counts, newest first; none with fewer than BURN_FROM."""
    weeks = min(int(elapsed // DAYS_PER_WEEK), BURN_WEEKS)
    if weeks < BURN_FROM:
        return []
    weights = BURN_DECAY ** np.arange(weeks)
    return [float(share) for share in (weights / weights.sum()).tolist()]


def _by_person(bookings: Sequence[Booking], kind: str = "hard") -> dict[str, dict[Period, float]]:
    """Hours by person and ISO week. A week that is none counts nowhere; `capacity.unreadable_weeks` tells of it."""
    found: dict[str, dict[Period, list[float]]] = defaultdict(lambda: defaultdict(list))
    for booking in bookings:
        week = _read_week(booking.week) if booking.kind == kind else None
        if week is not None and booking.hours > 0:
            found[booking.user][week].append(booking.hours)
    return {user: {w: math.fsum(h) for w, h in sorted(at.items())} for user, at in sorted(found.items())}


def _weeks_ahead(
    hard: Mapping[str, Mapping[Period, float]], burns: Mapping[str, float], day: date, availability: Availability
) -> list[Period]:
    """Every week from today's to the last one of which something is known: a booking, or an absence of one who works here."""
    days = [week.last for at in hard.values() for week in at]
    days += [absence.last for user in burns for absence in availability.person(user).away]
    last = min(max(days, default=day), day + timedelta(weeks=FARTHEST_WEEKS))
    weeks = []
    week = week_of(day)
    while week.first <= last and any(d > day for d in days):
        weeks.append(week)
        week = week_of(week.last + ONE_DAY)
    return weeks


def _planned_weeks(
    hard: Mapping[str, Mapping[Period, float]],
    logs: Sequence[TimeLog],
    burns: Mapping[str, float],
    weeks: Sequence[Period],
    day: date,
) -> frozenset[Period]:
    """Weeks in which who is not booked works elsewhere: the unbroken run of booked weeks, where planning is complete."""
    if not _is_complete(hard, logs, day):
        return frozenset()
    sums = {week: math.fsum(at.get(week, 0.0) for at in hard.values()) for week in weeks}
    first = next((n for n, week in enumerate(weeks) if sums[week] > 0), len(weeks))
    run = list(weeks[first:])
    end = next((n for n, week in enumerate(run) if sums[week] == 0), len(run))
    begun = bool(run) and sums[run[0]] >= COVERED * math.fsum(burns.values())
    return frozenset(run[:end]) if begun else frozenset()


def _is_complete(hard: Mapping[str, Mapping[Period, float]], logs: Sequence[TimeLog], day: date) -> bool:
    """Whether nearly all that was worked in the last weeks had been booked."""
    if not hard:
        return False
    since = day - timedelta(weeks=BURN_WEEKS)
    recent = [log for log in logs if since < log.spent_at <= day]
    total = math.fsum(log.hours for log in recent)
    held = math.fsum(log.hours for log in recent if week_of(log.spent_at) in hard.get(log.user, {}))
    return total > 0 and held >= COMPLETE_PRACTICE * total


def _elsewhere(own: Mapping[Period, float], week: Period, planned: bool) -> bool:
    """Whether a person without a booking in this week is known to be elsewhere: by the team's plan, or for a week between two."""
    if planned and any(w.first < week.first for w in own):
        return True
    before, after = week_of(week.first - ONE_DAY), week_of(week.last + ONE_DAY)
    return before in own and after in own


def _available(user: str, hours: float, week: Period, availability: Availability) -> float:
    """Booked hours, as far as the person is there."""
    return hours * _presence(user, week, availability)


def _presence(user: str, week: Period, availability: Availability) -> float:
    """Share of the week's working days on which the person is there."""
    calendar = availability.calendar
    days = calendar.working_days(week.first, week.last)
    return sum(not availability.is_away(user, d) for d in days) / len(days) if days else 0.0


def own_yield(
    hard: Mapping[str, Mapping[Period, float]], logs: Sequence[TimeLog], day: date, elsewhere: float
) -> float:
    """Hours worked of hours booked: one's own booked weeks that are over, shrunk towards those of finished work."""
    over = {(user, week): h for user, at in hard.items() for week, h in at.items() if week.last <= day}
    weeks = {week for _, week in over}
    if not weeks:
        return elsewhere
    worked = math.fsum(log.hours for log in logs if (log.user, week_of(log.spent_at)) in over)
    own = float(np.clip(worked / math.fsum(over.values()), *YIELD_WITHIN))
    return math.exp((len(weeks) * math.log(own) + PRIOR_WEIGHT * math.log(elsewhere)) / (len(weeks) + PRIOR_WEIGHT))


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
    """What soft bookings after `day` could add to each period, at the mean rate."""
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
    """Hours by ISO week of everybody."""
    found: dict[Period, list[float]] = defaultdict(list)
    for at in _by_person(bookings, kind).values():
        for week, hours in at.items():
            found[week].append(hours)
    return {week: math.fsum(hours) for week, hours in sorted(found.items())}


def _read_week(name: str) -> Period | None:
    try:
        return week_named(name)
    except ValueError:
        return None


def _share_after(week: Period, day: date, calendar: WorkCalendar) -> float:
    days = calendar.working_days(week.first, week.last)
    return sum(d > day for d in days) / len(days) if days else 0.0
