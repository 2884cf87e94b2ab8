from __future__ import annotations

from datetime import date
from typing import Any

from bot.derive.checks.rule import Finding
from bot.domain.calendar import WorkCalendar
from tests.builders import make_booking, make_item
from tests.derive.checks.told import told


def _told(hours: float, week: str = "2026-W48", person: str = "ann", **values: Any) -> list[Finding]:
    items = [make_item(assignees=("ann",))]
    return told("person-over-capacity", items=items, load={person: {week: hours}}, **values)


def test_more_than_a_tenth_over_the_week_is_told() -> None:
    [found] = _told(44.5)
    assert (
        str(found.message)
        == "ann is booked beyond their time; most of all ann in 2026-W48 with 44.5 hours of 40 there are."
    )
    assert _told(44.0) == []


def test_holidays_shorten_the_week() -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 11, 26), date(2026, 11, 27)}))
    assert _told(40.0, calendar=calendar) != []
    assert _told(40.0) == []


def test_looks_four_weeks_ahead_and_only_at_this_team() -> None:
    assert _told(60.0, "2026-W50") != []
    assert _told(60.0, "2026-W51") == []
    assert _told(60.0, "2026-W46") == []
    assert _told(60.0, person="zed") == []
    assert _told(60.0, person="zed", bookings=[make_booking("2026-W47", 8.0, "zed")]) != []
    assert _told(60.0, person="zed", bookings=[make_booking("2026-W46", 8.0, "zed")]) == []


def test_a_week_that_is_none_harms_nothing() -> None:
    assert _told(60.0, person="zed", bookings=[make_booking("next week", 8.0, "zed")]) == []
