from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from tests.builders import make_booking
from tests.derive.checks.told import told


def _told(week: str, kind: str = "soft", **values: Any) -> list[Finding]:
    return told("soft-booking-now", bookings=[make_booking(week, 20.0, kind=kind)], **values)


def test_soft_bookings_from_this_week_to_the_end_of_the_month_are_told() -> None:
    """2026-11-20 is in W47; W49 begins on Monday 2026-11-30."""
    [found] = _told("2026-W47")
    assert str(found.message) == "20 hours of ann until 2026-11-30 are booked soft only."
    assert _told("2026-W49") != []
    assert _told("2026-W50") == []
    assert _told("2026-W46") == []


def test_hard_bookings_and_engagements_that_just_began_are_fine() -> None:
    assert _told("2026-W47", "hard") == []
    assert _told("2026-W47", facts={"start": "2026-11-16"}) == []
    assert _told("2026-W47", derived={"phase": "not_started"}) == []
    assert _told("week 47") == []
