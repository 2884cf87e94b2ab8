"""The axis of working days: there and back, and where days of rest come."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.derive.forecast.history import WorkAxis
from bot.domain.calendar import WorkCalendar
from tests.builders import (
    CALENDAR,
)


@given(st.integers(0, 3000))
@examples(max_examples=60)
def test_the_axis_finds_its_way_back_to_every_working_day(number: int) -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 12, 25), date(2027, 1, 1)}))
    day = calendar.next_working_day(date(2024, 1, 1) + timedelta(days=number))
    axis = WorkAxis(calendar)
    assert axis.day(axis.position(day)) == day


def test_on_the_axis_a_day_of_rest_comes_behind_the_day_before_it_and_takes_next_to_no_time() -> None:
    axis = WorkAxis(CALENDAR)
    friday, saturday, sunday, monday = (axis.position(date(2026, 11, d)) for d in (20, 21, 22, 23))
    assert friday < saturday < sunday < monday == friday + 1
    assert sunday - friday < 0.001
