"""Revenue by fiscal quarter under each recognition rule, worked by hand across the quarter end of 31 October 2026."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bot.derive.forecast import Reference, forecast_engagement
from bot.derive.forecast.engagement import EngagementForecast
from bot.derive.forecast.history import make_history
from bot.derive.forecast.revenue import Outlook, make_spans, quarter_trials
from bot.derive.forecast.terms import make_terms
from bot.derive.forecast.trials import Ahead
from bot.derive.results import QuarterRevenue
from bot.domain.messages import Money, Phrase
from tests.builders import CALENDAR, make_booking, make_item, make_log, make_milestone, make_settings, make_subject

Q3, Q4, Q1 = "FY27-Q3", "FY27-Q4", "FY28-Q1"
TRIALS = 400


def forecast(on: str = "2026-11-20", **values: Any) -> EngagementForecast:
    return forecast_engagement(make_subject(on=on, **values), Reference(), trials=TRIALS)


def revenue(on: str = "2026-11-20", **values: Any) -> dict[str, QuarterRevenue]:
    return dict(forecast(on, **values).forecast.revenue)


# -- as delivered: approved billable hours × rate, up to the contract value (100 h, 20,000: 200 an hour)


def test_hours_earn_in_the_quarter_in_which_they_were_worked() -> None:
    work = make_item(1, estimate_hours=50, closed="2026-11-03")
    found = revenue(
        closed="2026-11-04", items=[work], timelogs=[make_log(work, 40, "2026-10-31"), make_log(work, 10, "2026-11-02")]
    )
    assert (found[Q3].actual, found[Q4].actual, found[Q4].forecast) == (8000, 2000, 2000)


def test_only_approved_billable_hours_are_actual_and_approval_is_expected_to_follow() -> None:
    work = make_item(1, estimate_hours=50, closed="2026-11-03")
    logs = [
        make_log(work, 10, "2026-11-02"),
        make_log(work, 5, "2026-11-03", billable=False),
        make_log(work, 3, "2026-11-03", approved=False),
    ]
    found = revenue(closed="2026-11-04", items=[work], timelogs=logs)
    assert (found[Q4].actual, found[Q4].forecast) == (2000, 2600)


def test_hours_beyond_the_contract_value_earn_nothing() -> None:
    work = make_item(1, estimate_hours=120, closed="2026-11-03")
    found = revenue(
        closed="2026-11-04", items=[work], timelogs=[make_log(work, 80, "2026-10-30"), make_log(work, 40, "2026-11-02")]
    )
    assert (found[Q3].actual, found[Q4].actual) == (16000, 4000)
    assert "limit" in str(found[Q4].reasons[0].text)


def test_work_on_a_weekend_earns_in_its_own_quarter() -> None:
    """31 October 2026, the last day of the quarter, is a Saturday."""
    work = make_item(1, estimate_hours=50)
    logs = [make_log(work, 10, "2026-10-31"), make_log(work, 3, "2026-11-01")]
    found = revenue(items=[work], timelogs=logs)
    assert (found[Q3].actual, found[Q4].actual) == (2000, 600)


def test_hours_before_the_contract_s_start_are_earned_in_their_own_quarter() -> None:
    work = make_item(1, estimate_hours=50, created_at="2026-07-20")
    logs = [make_log(work, 4, "2026-07-29"), make_log(work, 8, "2026-08-04")]
    found = revenue(items=[work], timelogs=logs)
    assert (found["FY27-Q2"].actual, found[Q3].actual) == (800, 1600)


def test_nothing_is_earned_in_weeks_before_the_booked_ones() -> None:
    """Booked for five weeks from 2 November on: the quarter that ends on 31 October gets nothing of it."""
    bookings = [make_booking(f"2026-W{week}", 20) for week in range(45, 50)]
    facts = {"start": "2026-11-02", "end": "2026-12-04"}
    found = revenue("2026-10-16", facts=facts, items=[make_item(1, estimate_hours=100)], bookings=bookings)
    assert (found[Q3].forecast, found[Q3].high) == (0, 0)
    assert found[Q4].forecast > 15_000


def test_an_approved_change_order_raises_the_limit() -> None:
    work = make_item(1, estimate_hours=120, closed="2026-11-03")
    order = make_item(2, labels=["change-order::approved"], facts={"hours": 10, "value": 2000}, closed="2026-10-20")
    logs = [make_log(work, 80, "2026-10-30"), make_log(work, 40, "2026-11-02")]
    assert revenue(closed="2026-11-04", items=[work, order], timelogs=logs)[Q4].actual == 6000


def test_hours_beyond_the_value_are_earned_when_the_change_order_is_approved() -> None:
    """120 h by 30 October on 100 h sold; ten hours more (2,000) are approved on 10 November, in the next quarter."""
    work = make_item(1, estimate_hours=120, closed="2026-10-30")
    order = make_item(2, labels=["change-order::approved"], facts={"hours": 10, "value": 2000}, closed="2026-11-10")
    found = revenue(closed="2026-11-12", items=[work, order], timelogs=[make_log(work, 120, "2026-10-30")])
    assert (found[Q3].actual, found[Q4].actual) == (20_000, 2000)


def test_the_reason_gives_the_forecast_when_multiplied() -> None:
    items = [make_item(n, estimate_hours=30) for n in range(4)]
    found = revenue(items=items, timelogs=[make_log(items[0], 20, "2026-11-02"), make_log(items[1], 9, "2026-11-18")])
    hours, more = [int(word) for word in str(found[Q4].reasons[0].text).split() if word.isdigit()][:2]
    assert (hours + more) * 200 == pytest.approx(found[Q4].forecast, abs=100)
    assert "limit" in str(found[Q4].reasons[0].text)


def test_soft_bookings_add_no_more_than_the_contract_still_has_and_nothing_where_events_earn() -> None:
    items = [make_item(n, estimate_hours=20) for n in range(5)]
    soft = [make_booking(f"2026-W{n}", 40, kind="soft") for n in (50, 51, 52)]
    plain = revenue(items=items, bookings=soft, facts={"start": "2026-12-01", "end": "2027-06-30"})[Q4]
    assert plain.upside > 0
    assert plain.forecast + plain.upside <= 20_000
    assert (
        str(plain.reasons[1].text) == f"Could add: soft bookings {Phrase('{money}', money=Money(plain.upside, 'USD'))}"
    )
    for facts in ({"billing": "fixed_price"}, milestone_contract(None) | {"value": 9000.0}):
        bare, booked = (revenue(items=items, bookings=b, facts=facts) for b in ([], soft))
        assert {name: q.upside for name, q in booked.items()} == {name: q.upside for name, q in bare.items()}


def test_forecast_and_upside_of_all_or_nothing_never_pass_what_the_contract_can_pay() -> None:
    items = [make_item(1, estimate_hours=60, closed="2026-10-20"), make_item(2, estimate_hours=40)]
    order = make_item(3, labels=["change-order::proposed"], facts={"value": 2000})
    found = revenue(
        items=[*items, order], timelogs=[make_log(items[0], 60, "2026-10-01")], facts={"billing": "fixed_price"}
    )
    assert all(q.forecast + q.upside <= 22_000.01 for q in found.values())


def test_a_pending_change_order_is_upside_and_nothing_else() -> None:
    work = make_item(1, estimate_hours=100)
    order = make_item(2, labels=["change-order::proposed"], facts={"hours": 10, "value": 2000})
    plain, pending = (sum(q.upside for q in revenue(items=items).values()) for items in ([work], [work, order]))
    assert (plain, pending) == (0, 2000)


def test_a_change_order_may_take_scope_away() -> None:
    work = make_item(1, estimate_hours=100, closed="2026-11-03")
    order = make_item(2, labels=["change-order::approved"], facts={"hours": -10, "value": -2000}, closed="2026-10-20")
    found = revenue(closed="2026-11-04", items=[work, order], timelogs=[make_log(work, 100, "2026-11-02")])
    assert sum(q.actual for q in found.values()) == 18_000


def test_soft_bookings_add_nothing_to_a_finished_engagement() -> None:
    work = make_item(1, estimate_hours=10, closed="2026-10-10")
    soft = [make_booking("2026-W49", 40, kind="soft")]
    found = revenue(closed="2026-10-12", items=[work], timelogs=[make_log(work, 10, "2026-10-05")], bookings=soft)
    assert [q.upside for q in found.values()] == [0.0] * len(found)


def test_the_rate_comes_from_the_user_where_the_contract_gives_none() -> None:
    settings = make_settings(finance={"rates": {"default": 100, "bob": 150}})
    work = make_item(1, estimate_hours=10, closed="2026-11-03")
    logs = [make_log(work, 2, "2026-11-02"), make_log(work, 2, "2026-11-02", user="bob")]
    found = revenue(
        settings=settings, facts={"value": None, "hours": None}, closed="2026-11-04", items=[work], timelogs=logs
    )
    assert found[Q4].actual == 500


# -- percent complete: hours spent ÷ hours at completion, cumulative catch-up


def outlook(eac_then: float, eac_now: float, left: float, days: float) -> tuple[Outlook, list[Any]]:
    """50 h spent by 30 October, 40 h more by 20 November; `left` hours within `days` working days."""
    work = make_item(1, estimate_hours=100)
    subject = make_subject(
        facts={"billing": "fixed_price", "recognition": "percent_complete", "value": 10_000.0},
        items=[work],
        timelogs=[make_log(work, 50, "2026-10-30"), make_log(work, 40, "2026-11-20")],
    )
    history = make_history(subject.engagement, subject.settings.labels, CALENDAR)
    now = history.axis.position(subject.day)
    ahead = Ahead(np.full(4, days), np.full(4, left), np.ones(4))
    made = Outlook(
        terms=make_terms(subject, history.axis), history=history, now=now, ahead=ahead, eac=eac_now,
        eac_at=lambda at: eac_now if at >= now else eac_then, amounts=(), finished_at=None, soft_money={}, upside_in=frozenset(),
    )  # fmt: skip
    return made, list(
        make_spans(CALENDAR.quarters(subject.engagement.facts.start or subject.day, subject.day), history)
    )


def test_a_changed_estimate_catches_up_in_the_quarter_of_the_change() -> None:
    found = quarter_trials(*outlook(eac_then=100, eac_now=120, left=30, days=10))
    assert found[Q3].actual == pytest.approx(5000)  # 50 of 100 h
    assert found[Q4].actual == pytest.approx(2500)  # 90 of 120 h = 7,500, less 5,000
    assert found[Q4].whole == pytest.approx(
        np.full(4, 5000.0)
    )  # all is done by the quarter's end: the rest of the value


def test_what_is_learned_later_moves_no_past_quarter() -> None:
    """By 31 October work elsewhere had cost its estimates, since then it costs twice them: today's forecast, not the past."""
    done, rest = make_item(1, estimate_hours=50, closed="2026-10-20"), make_item(2, estimate_hours=50)
    facts = {"billing": "fixed_price", "recognition": "percent_complete", "value": 10_000.0}
    subject = make_subject(facts=facts, items=[done, rest], timelogs=[make_log(done, 50, "2026-10-20")])
    then, now = Reference(ratio=1.0), Reference(ratio=2.0)
    steady, moved = (
        forecast_engagement(subject, ref, trials=TRIALS, earlier=lambda _: then).forecast.revenue for ref in (then, now)
    )
    assert moved[Q3].actual == steady[Q3].actual == pytest.approx(10_000 * 50 / 100, rel=0.02)
    assert moved[Q4].actual < 0


def test_a_change_order_raises_the_value_from_its_approval_on() -> None:
    """Half done by 31 October at 10,000; 2,000 more approved on 10 November: the catch-up belongs to that quarter."""
    work = make_item(1, estimate_hours=100, closed="2026-11-03")
    order = make_item(2, labels=["change-order::approved"], facts={"value": 2000}, closed="2026-11-10")
    facts = {"billing": "fixed_price", "recognition": "percent_complete", "value": 10_000.0}
    logs = [make_log(work, 50, "2026-10-30"), make_log(work, 50, "2026-11-02")]
    without, found = (
        revenue(facts=facts, closed="2026-11-12", items=items, timelogs=logs) for items in ([work], [work, order])
    )
    assert found[Q3].actual == without[Q3].actual
    assert found[Q4].actual == pytest.approx(without[Q4].actual + 2000)


def test_work_beyond_the_quarter_earns_later() -> None:
    made, spans = outlook(eac_then=100, eac_now=120, left=30, days=1000)
    part = quarter_trials(made, spans)[Q4].whole[0]
    assert 2500 < part < 3000


def test_forecast_quarters_of_percent_complete_add_up_to_the_value() -> None:
    items = [make_item(n, estimate_hours=100, closed=f"2026-10-{n + 2:02}" if n < 5 else None) for n in range(10)]
    logs = [
        make_log(items[n % 5], 10, f"2026-{month}-{d:02}")
        for n, (month, d) in enumerate([("08", d) for d in range(3, 29)] + [("09", d) for d in range(1, 25)])
    ]
    facts = {"billing": "fixed_price", "recognition": "percent_complete", "value": 100_000.0, "hours": 1000.0}
    bookings = [make_booking(f"2026-W{week}", 20) for week in range(45, 47)]
    for booked in ([], bookings):
        found = revenue("2026-10-30", facts=facts, items=items, timelogs=logs, bookings=booked)
        assert sum(q.forecast for q in found.values()) == pytest.approx(100_000, rel=0.01)


def test_the_quarters_of_a_finished_engagement_add_up_to_its_value() -> None:
    work = make_item(1, estimate_hours=100, closed="2026-11-03")
    facts = {"billing": "fixed_price", "recognition": "percent_complete", "value": 10_000.0}
    logs = [make_log(work, 60, "2026-10-30"), make_log(work, 40, "2026-11-02")]
    found = revenue(facts=facts, closed="2026-11-04", items=[work], timelogs=logs)
    assert sum(q.actual for q in found.values()) == pytest.approx(10_000)


# -- on acceptance, also by silence: five business days, the day of sending being the first


def milestone_contract(sent: str | None, received: str | None = None, days: int = 5) -> dict[str, Any]:
    entry = {"milestone": "Design", "amount": 9000.0, "sign_off_sent": sent, "sign_off_received": received}
    return {"billing": "milestone", "milestones": [entry], "passive_acceptance_days": days}


@pytest.mark.parametrize(("sent", "quarter"), [("2026-10-26", Q3), ("2026-10-27", Q4)])
def test_silence_accepts_on_the_fifth_business_day(sent: str, quarter: str) -> None:
    found = revenue(facts=milestone_contract(sent), items=[make_item(1)])
    assert {name: q.actual for name, q in found.items() if q.actual} == {quarter: 9000}


def test_amounts_are_earned_where_nobody_names_the_contract_s_value() -> None:
    found = revenue(facts=milestone_contract("2026-10-26") | {"value": None}, items=[make_item(1)])
    assert {name: q.actual for name, q in found.items() if q.actual} == {Q3: 9000}


def test_an_answer_before_the_silence_counts_on_its_day() -> None:
    found = revenue(facts=milestone_contract("2026-10-27", "2026-10-30"), items=[make_item(1)])
    assert (found[Q3].actual, found[Q4].actual) == (9000, 0)


def test_a_clock_that_ends_in_the_quarter_makes_it_certain() -> None:
    found = revenue("2026-10-28", facts=milestone_contract("2026-10-26"), items=[make_item(1)])
    assert (found[Q3].actual, found[Q3].forecast, found[Q3].low, found[Q3].upside) == (0, 9000, 9000, 0)


def test_a_clock_that_ends_after_the_quarter_splits_the_amount_by_chance() -> None:
    found = revenue("2026-10-28", facts=milestone_contract("2026-10-27"), items=[make_item(1)])
    assert 0 < found[Q3].forecast < 9000
    assert found[Q3].forecast + found[Q4].forecast == pytest.approx(9000, abs=0.02)
    assert found[Q3].forecast + found[Q3].upside == pytest.approx(9000, abs=0.02)


def test_an_answer_that_is_not_yet_known_does_not_count() -> None:
    found = revenue("2026-10-28", facts=milestone_contract("2026-10-26", "2026-10-30"), items=[make_item(1)])
    assert found[Q3].actual == 0


def test_a_milestone_without_an_amount_gets_what_the_others_leave() -> None:
    facts = milestone_contract("2026-10-26") | {"value": 20_000.0}
    facts["milestones"] = [*facts["milestones"], {"milestone": "Build", "sign_off_received": "2026-11-10"}]
    assert revenue(facts=facts, items=[make_item(1)])[Q4].actual == 11_000


def test_an_approved_change_order_beside_the_milestones_is_earned_with_the_last_acceptance() -> None:
    """9,000 and 11,000 for two milestones; 2,000 more approved, which neither amount holds."""
    facts = milestone_contract("2026-10-01", "2026-10-05") | {"value": 20_000.0}
    build = {"milestone": "Build", "amount": 11_000.0, "sign_off_received": "2026-11-10"}
    facts["milestones"] = [*facts["milestones"], build]
    order = make_item(2, labels=["change-order::approved"], facts={"value": 2000}, closed="2026-09-20")
    found = revenue(facts=facts, items=[make_item(1), order])
    assert (found[Q3].actual, found[Q4].actual) == (9000, 13_000)

    facts["milestones"][1] = build | {"sign_off_received": None}
    found = revenue(facts=facts, items=[make_item(1), order])
    assert (found[Q3].actual, found[Q4].actual) == (9000, 0)
    assert sum(q.forecast for q in found.values()) == pytest.approx(22_000, rel=0.02)


def test_a_change_order_approved_after_the_last_acceptance_is_earned_on_its_approval() -> None:
    facts = milestone_contract("2026-10-01", "2026-10-05") | {"value": 9000.0}
    order = make_item(2, labels=["change-order::approved"], facts={"value": 2000}, closed="2026-11-10")
    found = revenue(facts=facts, items=[make_item(1, closed="2026-10-01"), order])
    assert (found[Q3].actual, found[Q4].actual) == (9000, 2000)


# -- on completion


def test_the_whole_value_is_earned_when_the_work_is_over() -> None:
    found = revenue(facts={"billing": "fixed_price"}, closed="2026-11-11", items=[make_item(1, closed="2026-11-10")])
    assert {name: q.actual for name, q in found.items() if q.actual} == {Q4: 20_000}


def test_before_completion_the_value_is_spread_by_chance_and_not_lost() -> None:
    items = [
        make_item(1, estimate_hours=60, closed="2026-10-20", milestone="All"),
        make_item(2, estimate_hours=40, milestone="All"),
    ]
    logs = [make_log(items[0], 60, "2026-10-01")]
    found = revenue(
        "2026-11-02", facts={"billing": "fixed_price"}, items=items, timelogs=logs, milestones=[make_milestone("All")]
    )
    assert found[Q3].forecast == 0
    assert 0 < found[Q4].forecast <= 20_000
    assert sum(q.forecast for q in found.values()) == pytest.approx(20_000, rel=0.01)


# -- what can't be known is not told


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"billing": None}, "billing"),
        ({"billing": "fixed_price", "value": None}, "value"),
        ({"value": None, "hours": None}, "rate"),
    ],
)
def test_no_revenue_without_a_rule_a_value_or_a_rate(facts: dict[str, Any], word: str) -> None:
    found = forecast(facts=facts, items=[make_item(1)]).forecast
    assert found.revenue == {}
    assert any(word in str(reason.text) for reason in found.reasons)


def test_a_contract_in_another_currency_is_not_added_to_the_others() -> None:
    found = forecast(facts={"currency": "JPY"}, items=[make_item(1)]).forecast
    assert found.revenue == {}
    assert any("JPY" in str(reason.text) and "USD" in str(reason.text) for reason in found.reasons)
    assert forecast(facts={"currency": "usd"}, items=[make_item(1, estimate_hours=10)]).forecast.revenue


def test_without_a_start_or_any_work_revenue_is_unknown_and_not_a_certain_zero() -> None:
    found = forecast(facts={"start": None, "end": None, "billing": "fixed_price"}).forecast
    assert (found.finish.p50, found.revenue, found.revenue_by_month) == (None, {}, {})


def test_work_not_begun_earns_from_its_start_on() -> None:
    items = [make_item(n, estimate_hours=20) for n in range(5)]
    found = revenue("2026-10-01", facts={"start": "2026-12-01", "end": "2027-03-31"}, items=items)
    assert found[Q3].forecast == 0
    assert found[Q4].forecast > 0
    assert found[Q1].forecast > 0
