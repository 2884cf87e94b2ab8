"""The forecast against itself: commitments stored and read, errors, calibration, and drivers that add up exactly."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.derive.forecast import commitment, measure_accuracy, read_commitments
from bot.derive.forecast.record.accuracy import Accuracy
from bot.derive.forecast.record.commitments import CommittedMoney, EngagementCommitment
from bot.derive.forecast.record.scores import ScoreGroup
from bot.derive.forecast.record.waterfall import find_drivers
from bot.derive.results import (
    Budget,
    Derived,
    EngagementDerived,
    Forecast,
    PortfolioDerived,
    PortfolioQuarter,
    Quantiles,
    QuarterRevenue,
    Scope,
)
from bot.domain.model import Facts, PastReport
from bot.domain.vocabulary import Audience, BillingType
from tests.builders import CALENDAR, make_settings

Q3, Q4 = "FY27-Q3", "FY27-Q4"
FACTS = {
    "a&1": Facts(pm="ann", billing=BillingType.TIME_AND_MATERIALS),
    "a&2": Facts(pm="bob", billing=BillingType.MILESTONE, value=9000.0),
}


def engagement(ref: str, quarter: str, actual: float, forecast: float, **values: Any) -> EngagementDerived:
    revenue = {quarter: QuarterRevenue(actual, forecast, 0.8 * forecast, 1.2 * forecast)}
    finish = Quantiles(*(date(2026, 12, d) for d in (1, 4, 11, 18)))
    made = Forecast(
        finish=values.pop("finish", finish),
        effort_hours=Quantiles(90.0, values.pop("hours", 100.0), 110.0, 120.0),
        revenue=revenue,
    )
    return EngagementDerived(ref, forecast=made, budget=Budget(hours_spent=values.pop("spent", 50.0)), **values)


def derived(on: date, quarter: str, *engagements: EngagementDerived) -> Derived:
    sums = [
        sum(getattr(e.forecast.revenue[quarter], k) for e in engagements) for k in ("actual", "forecast", "low", "high")
    ]
    whole = PortfolioQuarter(None, *sums)
    return Derived(on, "USD", engagements, PortfolioDerived(len(engagements), revenue={quarter: whole}))


def report(past: Derived) -> PastReport:
    payload = json.loads(json.dumps(commitment(past, FACTS)))
    return PastReport("portfolio", Audience.INTERNAL, str(past.as_of), None, payload)


def measure(now: Derived, *past: Derived) -> Accuracy:
    return measure_accuracy(now, [report(p) for p in past], settings=make_settings(), calendar=CALENDAR, facts=FACTS)


def test_a_commitment_survives_the_payload() -> None:
    made = derived(date(2026, 11, 3), Q4, engagement("a&1", Q4, 10.0, 100.0))
    found = read_commitments([report(made), PastReport("status", Audience.INTERNAL, "x", None, {"rag": "green"})])
    assert len(found) == 1
    assert (found[0].as_of, found[0].quarters[Q4].forecast) == (date(2026, 11, 3), 100.0)
    entry = found[0].engagements["a&1"]
    assert (entry.pm, entry.recognition, entry.finish_p80, entry.hours) == (
        "ann",
        "as_delivered",
        date(2026, 12, 11),
        100.0,
    )


def test_errors_per_portfolio_engagement_and_pm_of_a_quarter_that_is_over() -> None:
    start = derived(date(2026, 10, 30), Q4, engagement("a&1", Q4, 0.0, 100.0), engagement("a&2", Q4, 0.0, 200.0))
    end = derived(date(2027, 1, 31), Q4, engagement("a&1", Q4, 103.0, 103.0), engagement("a&2", Q4, 150.0, 150.0))
    scores = {(s.kind, s.name): (s.error, s.within, s.final) for s in measure(end, start).scores}
    assert scores == {
        ("portfolio", ""): (pytest.approx(-0.1567, abs=1e-4), False, True),
        ("engagement", "a&1"): (0.03, True, True),
        ("engagement", "a&2"): (-0.25, False, True),
        ("pm", "ann"): (0.03, True, True),
        ("pm", "bob"): (-0.25, False, True),
        ("region", ""): (-0.1567, False, True),
    }


def test_while_the_quarter_runs_todays_forecast_stands_for_what_came() -> None:
    start = derived(date(2026, 10, 30), Q4, engagement("a&1", Q4, 0.0, 100.0))
    now = derived(date(2026, 12, 1), Q4, engagement("a&1", Q4, 30.0, 110.0))
    score = measure(now, start).scores[0]
    assert (score.came, score.error, score.final) == (110.0, 0.1, False)


def test_a_forecast_made_in_mid_quarter_is_no_commitment() -> None:
    late = derived(date(2026, 12, 1), Q4, engagement("a&1", Q4, 0.0, 100.0))
    assert measure(derived(date(2027, 1, 31), Q4, engagement("a&1", Q4, 1.0, 1.0)), late).scores == ()


def test_calibration_counts_the_promises_that_held() -> None:
    early = derived(date(2026, 11, 2), Q4, engagement("a&1", Q4, 0.0, 100.0), engagement("a&2", Q4, 0.0, 100.0))
    ends = [Quantiles(day, day, day, day) for day in (date(2026, 12, 10), date(2026, 12, 20))]
    late = derived(
        date(2027, 1, 31),
        Q4,
        engagement("a&1", Q4, 90.0, 90.0, finish=ends[0], phase="complete"),
        engagement("a&2", Q4, 130.0, 130.0, finish=ends[1], phase="complete"),
    )
    _, finish, revenue = measure(late, early).calibration
    assert (finish.held, finish.of, finish.share) == (1, 2, 0.5)
    assert (revenue.held, revenue.of) == (1, 2)


def test_a_promise_that_is_told_every_week_counts_once_and_a_certain_figure_not_at_all() -> None:
    weekly = [
        derived(date(2026, 11, day), Q4, engagement("a&1", Q4, 0.0, 100.0), engagement("a&2", Q4, 0.0, 0.0))
        for day in (1, 3, 10, 17, 24)
    ]
    end = Quantiles(*[date(2026, 12, 10)] * 4)
    late = derived(
        date(2027, 1, 31),
        Q4,
        engagement("a&1", Q4, 90.0, 90.0, finish=end, phase="complete"),
        engagement("a&2", Q4, 0.0, 0.0),
    )
    _, finish, revenue = measure(late, *weekly).calibration
    assert (finish.held, finish.of) == (1, 1)
    assert (revenue.held, revenue.of) == (1, 1)


def test_work_that_began_later_is_told_apart_from_the_error_of_the_forecast() -> None:
    early = derived(date(2026, 11, 1), Q4, engagement("a&1", Q4, 0.0, 100.0))
    late = derived(date(2027, 1, 31), Q4, engagement("a&1", Q4, 90.0, 90.0), engagement("a&2", Q4, 60.0, 60.0))
    [whole] = [s for s in measure(late, early).scores if s.kind == "portfolio"]
    assert (whole.committed, whole.came, whole.new, whole.error) == (100, 150, 60, 0.5)


def test_an_approved_change_order_is_named_and_no_change_of_chance() -> None:
    base = engagement("a&2", Q4, 0.0, 450.0)
    then, now = (
        derived(
            day, Q4, replace(base, scope=Scope(approved_value=value), forecast=replace(base.forecast, revenue=money))
        )
        for day, value, money in (
            (date(2026, 10, 30), 0.0, {Q4: QuarterRevenue(0.0, 450.0, 0.0, 900.0)}),
            (date(2026, 11, 20), 1000.0, {Q4: QuarterRevenue(0.0, 500.0, 0.0, 1000.0)}),
        )
    )
    change = measure(now, then).change
    assert change is not None
    assert [(d.kind, d.amount) for d in change.drivers] == [("change order", 50.0)]
    assert "9000" in str(change.drivers[0].text).replace(",", "")


def test_what_was_delivered_earlier_than_expected_is_missing_from_the_rest_and_no_change() -> None:
    then = {"a": side("as_delivered", CommittedMoney(0, 100, 0, 0))}
    same = {"a": side("as_delivered", CommittedMoney(60, 100, 0, 0))}
    more = {"a": side("as_delivered", CommittedMoney(60, 110, 0, 0))}
    assert find_drivers(Q4, then, same, 0.4, "USD") == ()
    assert [(d.kind, d.amount) for d in find_drivers(Q4, then, more, 0.4, "USD")] == [("delivered", 10.0)]


def test_no_past_no_record() -> None:
    found = measure(derived(date(2026, 11, 20), Q4, engagement("a&1", Q4, 1.0, 2.0)))
    assert (found.scores, found.change, [c.share for c in found.calibration]) == ((), None, [None, None, None])


def test_the_change_since_the_quarters_start_is_explained() -> None:
    """a&1: as much of the 100 was expected by now as of the quarter's working days are over; 25 came; the rest is pace."""
    before = derived(date(2026, 10, 30), Q4, engagement("a&1", Q4, 100.0, 200.0), engagement("a&2", Q4, 0.0, 500.0))
    moved = Quantiles(*[date(2027, 2, 10)] * 4)
    now = derived(
        date(2026, 12, 18), Q4, engagement("a&1", Q4, 125.0, 170.0), engagement("a&2", Q4, 0.0, 100.0, finish=moved)
    )
    change = measure(now, before).change
    assert change is not None
    assert (change.before, change.after) == (700, 270)
    found = {(d.kind, d.engagement): d for d in change.drivers}
    quarter = CALENDAR.fiscal_quarter(date(2026, 12, 18))
    days = [len(CALENDAR.working_days(quarter.first, last)) for last in (date(2026, 12, 18), quarter.last)]
    delivered = round(25 - 100 * days[0] / days[1], 2)
    assert found["delivered", "a&1"].amount == pytest.approx(delivered, abs=0.01)
    assert found["pace", "a&1"].amount == pytest.approx(-30 - delivered, abs=0.01)
    assert found["acceptance", "a&2"].amount == -400
    assert "2027-02-10 instead of 2026-12-04" in str(str(found["acceptance", "a&2"].text))


def test_more_hours_at_completion_earn_less_by_percent_complete() -> None:
    then = side("percent_complete", CommittedMoney(0, 100, 0, 0), hours=100.0)
    now = side("percent_complete", CommittedMoney(0, 80, 0, 0), hours=125.0)
    found = find_drivers(Q4, {"a": then}, {"a": now}, 0.0, "USD")
    assert [(d.kind, d.amount) for d in found] == [("hours", -20.0)]
    assert "from 100 to 125" in str(found[0].text)


def side(
    recognition: str, money: CommittedMoney, hours: float | None = 100.0, spent: float = 0.0, value: float = 1000.0
) -> EngagementCommitment:
    return EngagementCommitment("ann", recognition, value, None, None, hours, spent, {Q4: money})


cents = st.integers(0, 10_000_000).map(lambda n: n / 100)
sides = st.builds(
    side,
    st.sampled_from(["as_delivered", "percent_complete", "on_acceptance", "on_completion"]),
    st.builds(lambda a, b: CommittedMoney(a, a + b, 0.0, 0.0), cents, cents),
    st.none() | st.floats(1, 5000),
    st.floats(0, 1000),
    st.floats(0, 1e6),
)
portfolios = st.dictionaries(st.sampled_from("abcdef"), sides)


@given(portfolios, portfolios, st.floats(0, 1))
@examples(max_examples=100)
def test_drivers_add_up_to_the_change(then: Any, now: Any, gone: float) -> None:
    drivers = find_drivers(Q4, then, now, gone, "USD")
    change = sum(e.revenue[Q4].forecast for e in now.values()) - sum(e.revenue[Q4].forecast for e in then.values())
    assert round(sum(d.amount for d in drivers), 2) == round(change, 2)
    assert all(d.amount for d in drivers)
    assert replace(drivers[0]) == drivers[0] if drivers else True


def test_the_record_tells_error_bias_chances_and_one_sentence_from_what_was_published() -> None:
    early = derived(date(2026, 11, 1), Q4, engagement("a&1", Q4, 0.0, 100.0), engagement("a&2", Q4, 0.0, 50.0))
    chance = [replace(e, forecast=replace(e.forecast, on_time_probability=0.9)) for e in early.engagements]
    end = Quantiles(*[date(2026, 12, 3)] * 4)
    late = derived(
        date(2027, 1, 31), Q4, engagement("a&1", Q4, 90.0, 90.0, finish=end, phase="complete"), engagement("a&2", Q4, 30.0, 30.0)
    )  # fmt: skip
    over = [replace(e, forecast=replace(e.forecast, on_time_probability=1.0)) for e in late.engagements]
    record = measure(replace(late, engagements=tuple(over)), replace(early, engagements=tuple(chance))).record
    told = {(m.kind, m.name): (m.n, m.error, m.bias) for m in record.money}
    assert told[ScoreGroup.PORTFOLIO, ""] == (1, 0.2, -0.2)
    assert told[ScoreGroup.ENGAGEMENT, ""] == (2, 0.25, -0.2)
    assert told[ScoreGroup.PM, "bob"] == (1, 0.4, -0.4)
    assert [(c.nominal, c.held, c.of) for c in record.calibration] == [(0.5, 1, 1), (0.8, 1, 1), (0.8, 1, 2)]
    assert [(c.low, c.n, c.promised, c.came_true) for c in record.chances] == [(0.8, 1, 0.9, 1.0)]
    assert "1 promised date could be judged, too few to tell" in str(record.trust)
    assert "1 quarter came 20 % off the forecast on average, less than forecast" in str(record.trust)


def test_what_was_never_published_has_no_record() -> None:
    assert not measure(derived(date(2026, 11, 3), Q4, engagement("a&1", Q4, 0.0, 1.0))).record.known
