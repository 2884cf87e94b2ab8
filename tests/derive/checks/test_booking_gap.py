from __future__ import annotations

from datetime import date
from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import Forecast, Quantiles
from bot.domain.calendar import WorkCalendar
from tests.builders import make_booking, make_item
from tests.derive.checks.told import told


def _told(*weeks: str, kind: str = "hard", **values: Any) -> list[Finding]:
    bookings = [make_booking(week, 20.0, kind=kind) for week in weeks]
    return told("booking-gap", **{"items": [make_item(1)], "bookings": bookings} | values)


def test_two_weeks_without_a_hard_booking_before_the_end_are_told() -> None:
    """From 2026-11-20 to the SOW's end on 2026-12-18 there are the weeks 48 to 51."""
    [found] = _told("2026-W48", "2026-W49")
    assert str(found.message) == "Nobody is booked in 2 of the next 4 weeks (2026-W50 and 2026-W51), with 1 item open."
    assert _told("2026-W48", "2026-W49", "2026-W50") == []


def test_a_likely_finish_shortens_the_horizon_and_eight_weeks_limit_it() -> None:
    soon = Forecast(Quantiles(p50=date(2026, 12, 4)))
    assert _told("2026-W48", "2026-W49", derived={"forecast": soon}) == []
    far = Forecast(Quantiles(p50=date(2027, 12, 4)))
    [found] = _told("2026-W48", derived={"forecast": far})
    assert str(found.message).startswith("Nobody is booked in 7 of the next 8 weeks")


def test_weeks_without_a_working_day_need_no_booking() -> None:
    off = frozenset(date(2026, 12, day) for day in range(7, 12))
    assert _told("2026-W48", "2026-W49", calendar=WorkCalendar(holidays=off)) == []


def test_says_nothing_without_bookings_or_open_work() -> None:
    assert _told() == []
    assert _told("2026-W30", items=[]) == []
    assert _told("2026-W48", "2026-W49", "2026-W50", "2026-W51", kind="soft") != []


def test_a_booking_of_no_hours_books_nobody() -> None:
    bookings = [make_booking("2026-W48", 20.0), make_booking("2026-W49", 20.0), make_booking("2026-W50", 0.0)]
    assert told("booking-gap", items=[make_item(1)], bookings=bookings) != []
