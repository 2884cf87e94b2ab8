"""From the forecast with which the quarter began to today's, by named cause, to the cent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.derive import results
from bot.derive.forecast import explain_change, read_commitments
from bot.derive.forecast.record.commitments import commitment
from bot.derive.forecast.record.waterfall import to_the_unit
from bot.domain.model import Facts, PastReport
from bot.domain.vocabulary import Audience
from tests.builders import CALENDAR

QUARTER = "FY27-Q4"
OPENED, TODAY = date(2026, 10, 30), date(2026, 12, 11)
REF = "acme&1"


def engagement(
    forecast: float, ref: str = REF, actual: float = 0.0, hours: float = 1000.0, end: date = TODAY
) -> results.EngagementDerived:
    money = results.QuarterRevenue(actual=actual, forecast=forecast, low=forecast, high=forecast)
    found = results.Forecast(
        finish=results.Quantiles(end, end, end, end),
        effort_hours=results.Quantiles(hours, hours, hours, hours),
        revenue={QUARTER: money},
    )
    return results.EngagementDerived(ref, forecast=found)


def whole(day: date, *found: results.EngagementDerived) -> results.Derived:
    sums = {QUARTER: results.PortfolioQuarter(forecast=sum(e.forecast.revenue[QUARTER].forecast for e in found))}
    return results.Derived(day, "USD", tuple(found), results.PortfolioDerived(revenue=sums))


def explain(then: results.Derived, now: results.Derived, before: Facts, after: Facts) -> results.Waterfall:
    promised = commitment(then, {e.ref: before for e in then.engagements})
    past = [PastReport("portfolio", Audience.INTERNAL, "2026-W44", None, promised)]
    found = explain_change(read_commitments(past), now, CALENDAR, {e.ref: after for e in now.engagements})
    assert found is not None
    assert found.before + sum(d.amount for d in found.drivers) == pytest.approx(found.after, abs=0.005)
    return found


def kinds(found: results.Waterfall) -> dict[str, float]:
    sums: dict[str, float] = {}
    for driver in found.drivers:
        sums[driver.kind] = sums.get(driver.kind, 0.0) + driver.amount
    return sums


def facts(**values: Any) -> Facts:
    usual: dict[str, Any] = {"billing": "time_and_materials", "rate": 100.0}
    return Facts(**(usual | values))


def test_a_new_rate_is_named_and_takes_what_was_still_expected_with_it() -> None:
    found = explain(whole(OPENED, engagement(10_000)), whole(TODAY, engagement(11_000)), facts(), facts(rate=110.0))
    assert kinds(found)["rate"] == pytest.approx(1000)


def test_a_new_engagement_and_one_that_is_gone_are_named() -> None:
    then, now = whole(OPENED, engagement(5000, "acme&1")), whole(TODAY, engagement(7000, "acme&2"))
    assert kinds(explain(then, now, facts(), facts())) == {"new": 7000, "gone": -5000}


def test_an_acceptance_that_moved_is_named_with_both_days() -> None:
    terms = facts(billing="milestone", value=40_000.0)
    then = whole(OPENED, engagement(40_000, end=date(2026, 12, 18)))
    found = explain(then, whole(TODAY, engagement(8_000, end=date(2027, 2, 5))), terms, terms)
    assert kinds(found) == {"acceptance": -32_000}
    assert "2027" in str(found.drivers[0].text)


def test_an_approved_change_order_raises_the_value_by_its_share_of_the_work() -> None:
    before, after = (
        facts(billing="fixed_price", recognition="percent_complete", value=v) for v in (100_000.0, 120_000.0)
    )
    found = explain(whole(OPENED, engagement(20_000)), whole(TODAY, engagement(24_000, actual=10_000)), before, after)
    assert kinds(found)["change order"] == pytest.approx(4_000)


def test_more_hours_at_completion_and_an_end_that_moved_are_named() -> None:
    then = whole(OPENED, engagement(20_000, hours=1000, end=date(2026, 12, 18)))
    now = whole(TODAY, engagement(16_000, actual=9_000, hours=1200, end=date(2027, 2, 26)))
    found = kinds(
        explain(
            then,
            now,
            facts(billing="fixed_price", recognition="percent_complete", value=1e5),
            facts(billing="fixed_price", recognition="percent_complete", value=1e5),
        )
    )
    assert found["hours"] < 0
    assert "end" in found


def test_without_a_forecast_at_the_quarters_start_there_is_none() -> None:
    assert explain_change((), whole(TODAY, engagement(1000)), CALENDAR, {}) is None


@given(st.floats(-1e6, 1e6), st.lists(st.floats(-1e5, 1e5), max_size=12))
def test_without_cents_it_still_adds_up(before: float, amounts: list[float]) -> None:
    drivers = tuple(results.Driver("hours", REF, round(a, 2), "x") for a in amounts)
    after = round(round(before, 2) + sum(d.amount for d in drivers), 2)
    shown = to_the_unit(results.Waterfall(QUARTER, OPENED, round(before, 2), after, drivers))
    assert shown.before + sum(d.amount for d in shown.drivers) == pytest.approx(shown.after, abs=1e-6)
    assert all(abs(d.amount - exact.amount) <= 1.001 for d, exact in zip(shown.drivers, drivers, strict=True))
