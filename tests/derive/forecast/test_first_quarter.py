"""A day that was typed wrong opens no quarters of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.domain.calendar import WorkCalendar
from tests.builders import make_item, make_log
from tests.derive.forecast.test_recognition import revenue

DONE = make_item(1, estimate_hours=10, closed="2026-10-10")


def first_quarter(*days: str, **values: Any) -> str:
    return min(revenue(items=[DONE], timelogs=[make_log(DONE, 8, day) for day in days], **values), key=lambda q: q[2:])


@pytest.mark.parametrize("typed", ["2016-10-02", "2024-10-02", "2026-01-20"])
def test_hours_long_before_the_start_open_no_quarter(typed: str) -> None:
    assert first_quarter(typed, "2026-10-01") == "FY27-Q3"


def test_hours_that_run_into_the_start_have_their_quarter() -> None:
    assert first_quarter("2026-07-20", "2026-10-01") == "FY27-Q2"


def test_without_a_start_work_may_have_rested_for_a_year() -> None:
    facts = {"start": None}
    assert first_quarter("2026-02-10", "2026-10-01", facts=facts) == "FY27-Q1"
    assert first_quarter("2016-10-02", "2026-10-01", facts=facts) == "FY27-Q3"


def test_a_fiscal_year_of_another_century_has_all_its_digits() -> None:
    calendar = WorkCalendar()
    assert calendar.fiscal_quarter(date(1926, 10, 2)).name == "FY1927-Q3"
    assert calendar.fiscal_quarter(date(2026, 10, 2)).name == "FY27-Q3"
    assert calendar.quarter_named("FY1927-Q3").first == date(1926, 8, 1)
    assert calendar.quarter_named("FY27-Q3").first == date(2026, 8, 1)
