"""Revenue that follows hours, where nobody has said how many there will be."""

from __future__ import annotations

from typing import Any

import pytest

from bot.derive.forecast import Reference, forecast_engagement
from bot.derive.results import Forecast
from tests.builders import make_booking, make_item, make_log, make_subject

TERMS = (
    {"billing": "time_and_materials", "rate": 150.0, "value": None},
    {"billing": "fixed_price", "recognition": "percent_complete", "value": 60_000.0},
)


def forecast(terms: dict[str, Any], start: str, **parts: Any) -> Forecast:
    items = [make_item(n, created_at="2026-10-01") for n in range(10)]
    logs = [make_log(items[0], hours, day) for hours, day in parts.pop("logged", ())]
    facts = {"hours": None, "start": start, "end": "2027-03-26"} | terms
    return forecast_engagement(
        make_subject(items=items, timelogs=logs, facts=facts, **parts), Reference(), trials=200
    ).forecast


@pytest.mark.parametrize("terms", TERMS)
def test_with_nothing_known_of_hours_revenue_is_unknown_not_zero(terms: dict[str, Any]) -> None:
    found = forecast(terms, "2026-12-01")
    assert not found.revenue
    assert any("No hours are sold" in str(reason.text) for reason in found.reasons)


def test_booked_hours_tell_what_has_neither_a_budget_nor_estimates() -> None:
    booked = forecast(TERMS[0], "2026-12-01", bookings=[make_booking("2026-W50", 40.0)]).revenue
    assert booked["FY27-Q4"].forecast > 0


def test_a_fixed_price_is_not_earned_by_the_first_hours_logged() -> None:
    found = forecast(TERMS[1], "2026-11-02", logged=[(10.0, "2026-11-04"), (10.0, "2026-11-11"), (10.0, "2026-11-18")])
    quarter = found.revenue["FY27-Q4"]
    assert 0 < quarter.forecast < 60_000
    assert quarter.low < quarter.high
