"""Capacity: what a booking says, and what it does not say. Weeks and people that nobody booked run at the burn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.forecast import Reference, forecast_engagement
from bot.derive.forecast.capacity import Capacity, find_capacity
from bot.derive.forecast.history import REST_STEP, WorkAxis
from bot.derive.people.availability import Availability
from bot.derive.results import Forecast
from bot.domain.calendar import week_of
from bot.domain.model import Booking, Item, TimeLog
from bot.domain.vocabulary import BookingKind
from tests.builders import CALENDAR, make_item, make_log, make_settings, make_subject

TODAY = date(2026, 9, 4)
START = TODAY - timedelta(weeks=12)


def worked(*people: str, hours: float = 20.0) -> tuple[TimeLog, ...]:
    """Every Wednesday of the last twelve weeks each person logs as many hours."""
    days = [TODAY - timedelta(days=2 + 7 * week) for week in range(12)]
    return tuple(TimeLog("p#1", user, day, hours) for user in people for day in days)


def booked(user: str, hours: float, ahead: Iterable[int], known: date | None = None) -> tuple[Booking, ...]:
    """Hours in the weeks so many after this one (negative: before it)."""
    return tuple(Booking(user, week_of(TODAY + timedelta(weeks=n)).name, hours, BookingKind.HARD, known) for n in ahead)


def capacity(
    *bookings: Booking, logs: tuple[TimeLog, ...] = worked("ann", "bob", "cat"), people: Any = None
) -> Capacity:
    available = Availability(CALENDAR, make_settings(people=people).people if people else {})
    return find_capacity(bookings, logs, WorkAxis(CALENDAR), TODAY, available, 60.0, 1.0)


def hours(found: Capacity, weeks: float) -> float:
    return sum(found.parts_by(5 * weeks + 2 * REST_STEP))


def test_without_bookings_everybody_runs_on_at_the_burn() -> None:
    assert hours(capacity(), 4) == pytest.approx(240, abs=0.1)


@pytest.mark.parametrize("week", [1, 4, 14])
def test_one_persons_booked_week_changes_that_persons_week_alone(week: int) -> None:
    bare, found = capacity(), capacity(*booked("ann", 35, [week]))
    assert hours(found, week - 1) == pytest.approx(hours(bare, week - 1), abs=0.1)
    assert hours(found, week) == pytest.approx(hours(bare, week) + 15, abs=0.1)
    assert hours(found, week + 5) == pytest.approx(hours(bare, week + 5) + 15, abs=0.1)


def test_a_newcomer_adds_to_what_the_others_do() -> None:
    assert hours(capacity(*booked("dan", 30, [2, 3])), 4) == pytest.approx(240 + 60, abs=0.1)


def test_weeks_before_the_first_booked_one_run_at_the_burn() -> None:
    found = capacity(*booked("ann", 20, range(5, 9)), *booked("bob", 20, range(5, 9)))
    assert hours(found, 4) == pytest.approx(240, abs=0.1)


def test_where_all_work_was_booked_a_missing_booking_means_work_elsewhere() -> None:
    past = [b for user in ("ann", "bob", "cat") for b in booked(user, 20, range(-9, 1))]
    found = capacity(*past, *booked("ann", 20, [1, 2, 3, 4]), *booked("bob", 20, [1, 2]))
    assert hours(found, 4) == pytest.approx(4 * 20 + 2 * 20, abs=0.1)
    assert hours(found, 6) - hours(found, 4) == pytest.approx(2 * 60, abs=0.1), "behind the plan nothing is known"


def test_who_is_away_does_not_work() -> None:
    away = {"cat": {"away": ["2026-09-14..2026-09-25"]}}
    assert hours(capacity(people=away), 4) == pytest.approx(240 - 40, abs=0.1)
    assert hours(capacity(*booked("cat", 20, [2]), people=away), 4) == pytest.approx(240 - 40, abs=0.1)


def test_of_booked_hours_as_many_are_worked_as_of_those_before() -> None:
    half = booked("ann", 40, range(-9, 0))
    found = capacity(*half, *booked("ann", 40, [1]), logs=worked("ann"))
    assert 20 < hours(found, 1) < 30


def forecast(*bookings: Booking, on: date = TODAY) -> Forecast:
    items = [
        make_item(n, estimate_hours=60, closed=START + timedelta(weeks=n) if n < 12 else None) for n in range(1, 25)
    ]
    logs = [make_log(items[n % 11], 20, log.spent_at) for n, log in enumerate(worked("ann", "bob", "cat"))]
    logs = [
        TimeLog(log.item, user.user, log.spent_at, 20)
        for log, user in zip(logs, worked("ann", "bob", "cat"), strict=True)
    ]
    facts = {"billing": "time_and_materials", "rate": 100.0, "value": None, "start": START, "end": None, "hours": None}
    subject = make_subject(on=on, items=items, timelogs=logs, facts=facts, bookings=list(bookings))
    return forecast_engagement(subject, Reference(), trials=500).forecast


def test_a_booking_in_december_moves_neither_october_nor_the_finish_by_much() -> None:
    bare, found = forecast(), forecast(*booked("ann", 30, [14]))
    month = "2026-10"
    assert found.revenue_by_month[month].forecast == pytest.approx(bare.revenue_by_month[month].forecast, rel=0.02)
    assert isinstance(found.finish.p50, date)
    assert isinstance(bare.finish.p50, date)
    assert abs((found.finish.p50 - bare.finish.p50).days) <= 3


@pytest.mark.parametrize("person", [1, 9, 27])
def test_before_there_is_a_burn_far_bookings_take_nothing_from_the_weeks_before_them(person: float) -> None:
    """Six days after the start, 800 hours ahead; somebody is booked for three weeks in November."""
    start, on = date(2026, 7, 17), date(2026, 7, 27)
    items = [make_item(n, estimate_hours=40, created_at=start) for n in range(20)]
    logs = [make_log(items[n % 3], 8, start + timedelta(days=n)) for n in (0, 3, 4, 5, 6, 7)]
    plan = [Booking("ann", f"2026-W{week}", person, BookingKind.HARD) for week in (48, 49, 50)]
    bare, found = (young(items, logs, start, on, bookings) for bookings in ([], plan))
    for month in ("2026-07", "2026-08", "2026-09", "2026-10"):
        assert found.revenue_by_month[month].forecast == pytest.approx(bare.revenue_by_month[month].forecast, rel=0.01)
    assert sum(m.forecast for m in found.revenue_by_month.values()) == pytest.approx(
        sum(m.forecast for m in bare.revenue_by_month.values()), rel=0.02
    )


def test_work_that_rests_until_it_is_booked_again_earns_next_to_nothing_before() -> None:
    start, on = date(2026, 3, 2), date(2026, 7, 27)
    items = [make_item(n, estimate_hours=40, created_at=start) for n in range(20)]
    logs = [make_log(items[0], 8, start + timedelta(days=n)) for n in range(5)]
    plan = [Booking("ann", f"2026-W{week}", 30, BookingKind.HARD) for week in (40, 41, 42)]
    bare, found = (young(items, logs, start, on, bookings).revenue_by_month for bookings in ([], plan))
    assert found["2026-08"].forecast < bare["2026-08"].forecast / 2
    assert found["2026-10"].forecast > found["2026-08"].forecast


def young(items: list[Item], logs: list[TimeLog], start: date, on: date, bookings: list[Booking]) -> Forecast:
    facts = {
        "billing": "time_and_materials",
        "rate": 250.0,
        "value": 200_000.0,
        "start": start,
        "end": date(2027, 1, 15),
    }
    subject = make_subject(on=on, items=items, timelogs=logs, facts=facts, bookings=bookings)
    return forecast_engagement(subject, Reference(), trials=500).forecast
