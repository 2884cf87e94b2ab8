"""Portfolio revenue: sums of trials, not of quantiles; groupings, targets, commitment and error; same seed, same figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.derive.forecast import Reference, forecast_engagement, portfolio_revenue
from bot.derive.forecast.engagement import EngagementForecast
from bot.derive.forecast.record.commitments import KEY, commitment
from bot.derive.results import Derived, PortfolioDerived, PortfolioQuarter
from bot.derive.subject import Subject
from bot.domain.model import PastReport
from bot.domain.vocabulary import Audience
from tests.builders import make_booking, make_engagement, make_item, make_log, make_settings, make_subject

Q4 = "FY27-Q4"
Pair = tuple[Subject, EngagementForecast]


def pair(number: int, on: str = "2026-11-20", seed: int = 1, **facts: Any) -> Pair:
    items = [make_item(1, estimate_hours=40, closed="2026-10-20"), make_item(2, estimate_hours=60)]
    logs = [make_log(items[0], 20, "2026-10-15"), make_log(items[0], 25, "2026-11-12")]
    engagement = make_engagement(ref=f"acme&{number}", items=items, timelogs=logs, facts=facts)
    subject = make_subject(engagement, on=on)
    return subject, forecast_engagement(subject, Reference(), seed=seed, trials=2000)


def report(as_of: str, forecast: float) -> PastReport:
    money = {"actual": 0.0, "forecast": forecast, "low": forecast, "high": forecast}
    return PastReport(
        "portfolio", Audience.INTERNAL, "x", None, {KEY: {"as_of": as_of, "quarters": {Q4: money}, "engagements": {}}}
    )


def test_the_expected_value_is_the_sum_and_the_range_is_narrower_than_the_sum_of_ranges() -> None:
    pairs = [pair(n) for n in range(12)]
    total = portfolio_revenue(pairs, settings=make_settings()).quarters[Q4]
    parts = [f.forecast.revenue[Q4] for _, f in pairs]
    assert total.forecast == pytest.approx(sum(p.forecast for p in parts), abs=0.2)
    assert total.actual == pytest.approx(sum(p.actual for p in parts))
    assert total.low > sum(p.low for p in parts)
    assert total.high < sum(p.high for p in parts)


def test_what_engagements_have_in_common_keeps_the_range_wider_than_chance_alone() -> None:
    pairs = [pair(n) for n in range(40)]
    total = portfolio_revenue(pairs, settings=make_settings()).quarters[Q4]
    one = pairs[0][1].forecast.revenue[Q4]
    assert total.high - total.low > 1.2 * (one.high - one.low) * 40**0.5


def test_revenue_by_region_partner_and_pm() -> None:
    pairs = [pair(1, region="EMEA", pm="ann"), pair(2, region="APAC", pm="ann"), pair(3)]
    by = portfolio_revenue(pairs, settings=make_settings()).by
    assert {grouping: sorted(names) for grouping, names in by.items()} == {
        "region": ["", "APAC", "EMEA"],
        "partner": [""],
        "pm": ["", "ann"],
    }
    assert by["pm"]["ann"][Q4].actual == sum(f.forecast.revenue[Q4].actual for _, f in pairs[:2])


def test_target_commitment_and_error_of_a_quarter_that_is_over() -> None:
    pairs = [pair(1, on="2027-01-31")]
    settings = make_settings(finance={"targets": {Q4: 6000}})
    past = [report("2026-10-01", 1.0), report("2026-10-30", 4000.0), report("2026-11-05", 9999.0)]
    found = portfolio_revenue(pairs, settings=settings, past=past).quarters[Q4]
    assert (found.target, found.actual, found.committed_at_start, found.error) == (6000, 5000, 4000, 0.25)


def test_a_running_quarter_has_no_error_yet() -> None:
    found = portfolio_revenue([pair(1)], settings=make_settings(), past=[report("2026-10-30", 4000.0)]).quarters[Q4]
    assert (found.committed_at_start, found.error) == (4000, None)


def test_the_months_of_a_quarter_sum_to_it() -> None:
    """The quarter runs from November to January; October is the month that ended."""
    pairs = [pair(n, end="2027-03-31") for n in range(3)]
    found = portfolio_revenue(pairs, settings=make_settings())
    assert list(found.months) == [f"2026-{n}" for n in (10, 11, 12)] + [f"2027-0{n}" for n in (1, 2, 3, 4)]
    assert found.months["2026-10"].actual == found.months["2026-10"].forecast == 3 * 20 * 200
    assert found.months["2026-11"].actual == found.quarters[Q4].actual == 3 * 25 * 200
    for quarter, names in ((Q4, ("2026-11", "2026-12", "2027-01")), ("FY28-Q1", ("2027-02", "2027-03", "2027-04"))):
        months = [found.months[name].forecast for name in names]
        assert sum(months) == pytest.approx(found.quarters[quarter].forecast, abs=0.05)
        assert months[0] > 0
    assert all(month.low <= month.forecast <= month.high for month in found.months.values())


def test_the_months_of_the_running_quarter_that_are_over_are_told_too() -> None:
    found = portfolio_revenue([pair(1, on="2027-01-20", end="2027-03-31")], settings=make_settings()).months
    assert next(iter(found)) == "2026-11"
    assert found["2026-11"].actual == found["2026-11"].forecast == found["2026-11"].high


def test_what_was_committed_for_a_month_and_how_far_it_fell_from_it() -> None:
    stored = commitment(derived_with_months(4000.0))[KEY]
    past = [PastReport("portfolio", Audience.INTERNAL, "x", None, {KEY: stored | {"as_of": "2026-10-29"}})]
    found = portfolio_revenue([pair(1, on="2026-11-30")], settings=make_settings(), past=past).months["2026-11"]
    assert (found.committed_at_start, found.actual, found.error) == (4000.0, 5000.0, 0.25)


def derived_with_months(money: float) -> Derived:
    month = PortfolioQuarter(forecast=money, low=money, high=money)
    return Derived(date(2026, 10, 29), "USD", portfolio=PortfolioDerived(revenue_by_month={"2026-11": month}))


def test_what_was_earned_by_engagements_that_no_report_shows_stays_in_the_sum() -> None:
    shown, gone = pair(1), pair(2, pm="ann")
    old = replace(gone[1], trials={**gone[1].trials, "FY25-Q1": gone[1].trials[Q4]})
    found = portfolio_revenue([shown], settings=make_settings(), gone=[(gone[0], old)])
    assert found.quarters[Q4].actual == shown[1].trials[Q4].actual + gone[1].trials[Q4].actual
    assert found.by["pm"]["ann"][Q4].actual == gone[1].trials[Q4].actual
    assert "FY25-Q1" not in found.quarters  # who else earned then was never read


def test_a_quarter_that_has_not_begun_has_no_commitment_yet_and_later_reports_tell_the_past_nothing() -> None:
    early = portfolio_revenue([pair(1, on="2026-10-20")], settings=make_settings(), past=[report("2026-10-15", 4000.0)])
    assert early.quarters[Q4].committed_at_start is None
    past = [report("2026-11-01", 5000.0), report("2026-11-12", 4000.0)]
    found = portfolio_revenue([pair(1, on="2026-11-10")], settings=make_settings(), past=past[1:]).quarters[Q4]
    assert found.committed_at_start is None
    known = portfolio_revenue([pair(1, on="2026-11-10")], settings=make_settings(), past=past).quarters[Q4]
    assert known.committed_at_start == 5000


def test_one_engagement_alone_is_held_against_its_own_commitment_and_no_target() -> None:
    money = {"actual": 0.0, "forecast": 3000.0, "low": 1.0, "high": 2.0}
    made = report("2026-10-30", 40_000.0)
    made.payload[KEY]["engagements"] = {"acme&1": {"revenue": {Q4: money}}}
    settings = make_settings(finance={"targets": {Q4: 6000}})
    found = portfolio_revenue([pair(1)], settings=settings, past=[made], only="acme&1").quarters[Q4]
    assert (found.target, found.committed_at_start) == (None, 3000)
    other = portfolio_revenue([pair(2)], settings=settings, past=[made], only="acme&2").quarters[Q4]
    assert other.committed_at_start is None


def test_a_target_without_any_work_is_shown() -> None:
    found = portfolio_revenue([], settings=make_settings(finance={"targets": {Q4: 6000}})).quarters
    assert (found[Q4].target, found[Q4].forecast) == (6000, 0)


def test_same_seed_same_figures_another_seed_others() -> None:
    first, again, other = (pair(1, seed=seed)[1] for seed in (1, 1, 2))
    assert first.forecast == again.forecast
    assert first.forecast.revenue != other.forecast.revenue
    assert first.forecast.finish == other.forecast.finish


def test_an_engagement_is_forecast_the_same_whatever_stands_beside_it() -> None:
    subject, found = pair(1)
    pair(2)
    assert forecast_engagement(replace(subject), Reference(), seed=1, trials=2000).forecast == found.forecast


def test_hard_bookings_raise_and_soft_ones_are_upside() -> None:
    items = [make_item(n, estimate_hours=20) for n in range(5)]
    plan: dict[str, Any] = {
        "items": items,
        "facts": {"start": "2026-12-01", "end": "2027-06-30", "rate": 200.0, "value": 90_000.0},
    }
    weeks = [f"2026-W{n}" for n in (50, 51, 52)]
    plain, hard, soft = (
        forecast_engagement(make_subject(bookings=b, **plan), Reference(), trials=500).forecast.revenue[Q4]
        for b in ([], [make_booking(w, 32) for w in weeks], [make_booking(w, 32, kind="soft") for w in weeks])
    )
    assert hard.forecast > plain.forecast
    assert (plain.upside, hard.upside) == (0, 0)
    assert soft.forecast == plain.forecast
    assert soft.upside == 3 * 32 * 200


def test_a_booking_of_a_week_that_is_none_counts_nowhere() -> None:
    plain, odd = (
        forecast_engagement(make_subject(items=[make_item(1, estimate_hours=20)], bookings=b), Reference(), trials=100)
        for b in ([], [make_booking("2026-W60", 32), make_booking("next week", 8, kind="soft")])
    )
    assert odd.forecast == plain.forecast
