"""A day that a person picked is that day; other instants count on their day in the organisation's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.spent import spent_day

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland", "America/Sao_Paulo", "Asia/Beirut")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-11-20T00:00:00Z", "America/New_York", date(2026, 11, 20)),
        ("2026-11-20T12:00:00Z", "Pacific/Auckland", date(2026, 11, 20)),
        ("2026-11-20T23:30:00Z", "Europe/Berlin", date(2026, 11, 21)),
        ("2026-11-20T01:15:00Z", "America/New_York", date(2026, 11, 19)),
        ("2026-11-20T10:00:00Z", "UTC", date(2026, 11, 20)),
    ],
)
def test_time_counts_on_the_day_it_was_spent(text: str, zone: str, expected: date) -> None:
    assert spent_day(at(text), ZoneInfo(zone)) == expected


@given(zone=st.sampled_from(ZONES), day=st.dates(date(2015, 1, 1), date(2035, 12, 31)))
def test_a_picked_day_is_that_day_east_and_west_of_the_calendar(zone: str, day: date) -> None:
    picked = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for calendar in ("UTC", "Asia/Tokyo", "America/New_York"):
        assert spent_day(picked, ZoneInfo(calendar), ZoneInfo(zone)) == day


@given(hours=st.integers(0, 24 * 365))
def test_a_script_that_logs_on_the_hour_is_no_guess_at_a_zone(hours: int) -> None:
    spent = at("2026-01-01T00:00:00Z") + timedelta(hours=hours)
    assert spent_day(spent, UTC) == spent.date()
    assert spent_day(spent, UTC, ZoneInfo("UTC")) == spent.date()


def test_where_the_person_is_decides_and_not_how_round_the_hour_is() -> None:
    late = at("2026-11-01T23:00:00Z")
    assert spent_day(late, UTC, ZoneInfo("Europe/Berlin")) == date(2026, 11, 2)
    assert spent_day(late, UTC) == date(2026, 11, 1)
    assert spent_day(at("2026-11-01T23:00:07Z"), UTC, ZoneInfo("Europe/Berlin")) == date(2026, 11, 1)
