"""The back-test: own closed history, same protocol, parameters named, nothing from the future."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.derive.forecast import Reference, run_backtest
from bot.derive.forecast.record.scores import PeriodKind
from bot.derive.pipeline import derive_portfolio
from bot.domain.model import Engagement, Portfolio, as_of
from bot.domain.vocabulary import BillingType, ItemState, Recognition
from tests.builders import CALENDAR, make_booking, make_engagement, make_item, make_log, make_milestone, make_settings
from tests.derive.forecast.finished import finished as make_finished

DAY = date(2026, 11, 20)
SETTINGS = make_settings()


def finished(number: int, begin: date, days: int = 90) -> Engagement:
    return make_finished(number, begin, days, items=12, logged=11, hours=120.0, value=24_000.0)


PORTFOLIO = Portfolio(tuple(finished(n, date(2026, 1, 5) + timedelta(days=21 * n), 80 + 5 * n) for n in range(6)))


def test_every_finished_engagement_is_replayed_three_times() -> None:
    found = run_backtest(PORTFOLIO, CALENDAR, SETTINGS, day=DAY, trials=100)
    assert len(found.cases) == 18
    assert [(s.share, s.cases) for s in found.summaries] == [(0.25, 6), (0.5, 6), (0.75, 6)]
    assert all(c.as_of < c.finished for c in found.cases)


def test_steady_work_would_have_been_forecast_well() -> None:
    late = run_backtest(PORTFOLIO, CALENDAR, SETTINGS, day=DAY, trials=100).summaries[-1]
    assert late.finish_median_error is not None
    assert late.finish_median_error < 0.15
    assert late.effort_median_error is not None
    assert late.effort_median_error < 0.05
    assert late.revenue_median_error is not None


def test_past_quarters_are_asked_at_their_start_and_in_their_middle() -> None:
    found = run_backtest(PORTFOLIO, CALENDAR, SETTINGS, day=DAY, trials=100)
    assert [(q.quarter, q.asked) for q in found.quarters] == [
        (name, asked) for name in ("FY27-Q1", "FY27-Q2", "FY27-Q3") for asked in ("start", "middle")
    ]
    assert all(q.as_of < CALENDAR.quarter_named(q.quarter).last for q in found.quarters)


def test_what_was_finished_later_changes_no_earlier_replay() -> None:
    fewer = Portfolio(PORTFOLIO.engagements[:4])
    more, less = (run_backtest(p, CALENDAR, SETTINGS, day=DAY, trials=100) for p in (PORTFOLIO, fewer))
    kept = [c for c in more.cases if c.ref in {e.ref for e in fewer.engagements}]
    assert kept == list(less.cases)


def test_what_was_booked_for_later_weeks_tells_a_replay_nothing() -> None:
    """Bookings carry no date of their own; 60 hours a week for months would pull every finish."""
    booked = tuple(make_booking(f"2026-W{week:02}", 60) for week in range(2, 53))
    with_bookings = Portfolio(tuple(replace(e, bookings=booked) for e in PORTFOLIO.engagements[:1]))
    without = Portfolio(PORTFOLIO.engagements[:1])
    found, bare = (run_backtest(p, CALENDAR, SETTINGS, day=DAY, trials=100) for p in (with_bookings, without))
    assert (found.cases, found.quarters) == (bare.cases, bare.quarters)


def test_a_date_that_a_milestone_has_now_tells_a_replay_nothing_unless_it_is_known_since_when() -> None:
    """GitLab keeps no history of a milestone's dates: the last one was moved to where the work ended."""
    [first] = PORTFOLIO.engagements[:1]
    planned = replace(first, items=tuple(replace(i, milestone="Go-live") for i in first.items))
    bare, moved, known = (
        replace(planned, milestones=(make_milestone("Go-live", **values),))
        for values in (
            {},
            {"due_date": "2027-06-30"},
            {"due_date": "2027-06-30", "due_history": [(None, "2027-06-30", "2026-01-05")]},
        )
    )
    plain, told, dated = (
        run_backtest(Portfolio((e,)), CALENDAR, SETTINGS, day=DAY, trials=100) for e in (bare, moved, known)
    )
    assert (plain.cases, plain.quarters) == (told.cases, told.quarters)
    assert [c.finish for c in dated.cases] != [c.finish for c in plain.cases]


def test_an_engagement_that_left_work_open_is_replayed_to_the_day_it_was_closed() -> None:
    """Two of twelve items were never done: the truth is the closing of the root (a Sunday), and others learn of it later."""
    first, later = finished(1, date(2026, 1, 5)), finished(2, date(2026, 5, 4))
    items = (*first.items[:10], *(replace(i, state=ItemState.OPENED, closed_at=None) for i in first.items[10:]))
    left = replace(first, items=items)
    found = run_backtest(Portfolio((left, later)), CALENDAR, SETTINGS, day=DAY, trials=100)
    assert {c.finished for c in found.cases if c.ref == left.ref} == {date(2026, 4, 3)}
    alone = run_backtest(Portfolio((later,)), CALENDAR, SETTINGS, day=DAY, trials=100)
    learned, unlearned = ([c.finish for c in r.cases if c.ref == later.ref] for r in (found, alone))
    assert learned != unlearned


def test_parameters_are_named_and_storable() -> None:
    found = run_backtest(PORTFOLIO, CALENDAR, SETTINGS, day=DAY, trials=100)
    plain = json.loads(json.dumps(found.to_json()))
    assert Reference.from_json(plain["reference"]).names == tuple(f"acme&{n}" for n in range(6))


def test_what_was_learned_is_said_beside_what_is_built_in() -> None:
    found = run_backtest(PORTFOLIO, CALENDAR, SETTINGS, day=DAY, trials=100)
    assert found.notes[1].startswith("Learned from 6 finished engagements")
    assert f"actual ÷ estimated hours {found.reference.ratio:.2f} (1.05)" in found.notes[1]
    assert 1.05 < found.reference.ratio < 1.1


def test_the_table_has_a_cell_for_every_column() -> None:
    found = run_backtest(PORTFOLIO, CALENDAR, SETTINGS, day=DAY, trials=100)
    assert "6 finished engagements" in found.title
    assert [row[:2] for row in found.rows] == [
        ("25% of the time", "6"),
        ("50% of the time", "6"),
        ("75% of the time", "6"),
    ]
    assert all(len(row) == len(found.columns) for row in found.rows)


def test_nothing_finished_is_said() -> None:
    found = run_backtest(Portfolio((make_engagement(items=[make_item(1)]),)), CALENDAR, SETTINGS, day=DAY, trials=50)
    assert (found.cases, found.summaries, found.reference) == ((), (), Reference())
    assert found.notes


def test_one_sentence_says_how_far_to_trust_the_forecast() -> None:
    few = run_backtest(Portfolio(PORTFOLIO.engagements[:1]), CALENDAR, SETTINGS, day=DAY, trials=100)
    assert "too few to tell" in few.notes[0]
    found = run_backtest(PORTFOLIO, CALENDAR, SETTINGS, day=DAY, trials=100)
    assert "of 18 promised dates (P80) were kept" in found.notes[0]
    assert "quarters came" in found.notes[0]


def test_the_record_tells_error_and_bias_by_quarter_and_month_by_pm_and_region() -> None:
    people = (("ann", "EMEA"), ("bob", "EMEA"), ("bob", "APAC"))
    named = (
        replace(e, facts=replace(e.facts, pm=pm, region=region, billing=BillingType.TIME_AND_MATERIALS, rate=200.0))
        for e, (pm, region) in zip(PORTFOLIO.engagements, 2 * people, strict=True)
    )
    found = run_backtest(Portfolio(tuple(named)), CALENDAR, SETTINGS, day=DAY, trials=100)
    groups = {(m.period, m.kind, m.name) for m in found.record.money if m.asked == "start"}
    expected = {
        ("portfolio", ""),
        ("engagement", ""),
        ("pm", "ann"),
        ("pm", "bob"),
        ("region", "EMEA"),
        ("region", "APAC"),
    }
    assert groups == {(period, *group) for period in ("quarter", "month") for group in expected}
    whole = {m.period: m for m in found.record.money if m.kind == "portfolio" and m.asked == "start"}
    assert whole[PeriodKind.MONTH].n > whole[PeriodKind.QUARTER].n >= 1
    assert [c.nominal for c in found.record.calibration] == [0.5, 0.8]
    assert sum(c.n for c in found.record.chances) == 18
    assert json.loads(json.dumps(found.to_json()))["record"]["trust"] == found.notes[0]


def test_a_past_quarters_actual_is_the_same_number_on_every_later_day() -> None:
    """By percent complete, of a customer and kind that taught a ratio of their own; a change order was approved in between."""
    taught = (
        replace(e, facts=replace(e.facts, billing=BillingType.FIXED_PRICE, customer="Globex" if n % 2 else "Initech"))
        for n, e in enumerate(PORTFOLIO.engagements)
    )
    begin, quarter_end = date(2026, 8, 3), date(2026, 10, 31)
    closings = [begin + timedelta(days=12 * n) for n in range(1, 7)]
    done = [make_item(n, estimate_hours=20, closed=on, created_at=begin) for n, on in enumerate(closings)]
    order = make_item(
        90,
        labels=["change-order::approved"],
        label_dates={"change-order::proposed": "2026-08-03", "change-order::approved": "2026-11-10"},
        created_at=begin,
        facts={"hours": 40, "value": 10_000},
    )
    running = make_engagement(
        ref="acme&50",
        created_at=begin,
        items=[*done, *(make_item(n, estimate_hours=20, created_at=begin) for n in range(20, 26)), order],
        timelogs=[make_log(i, 26, on) for i, on in zip(done, closings, strict=True)],
        facts={"start": begin, "end": "2027-01-29", "hours": 240.0, "value": 60_000.0, "customer": "Globex"}
        | {"billing": BillingType.FIXED_PRICE, "recognition": Recognition.PERCENT_COMPLETE},
    )
    portfolio = Portfolio((*taught, running))

    def actual(day: date) -> float:
        cut = as_of(portfolio, day, CALENDAR.zone)
        derived = derive_portfolio(cut, day, SETTINGS, CALENDAR, trials=50)
        return next(e for e in derived.engagements if e.ref == "acme&50").forecast.revenue["FY27-Q3"].actual

    closing = actual(quarter_end)
    assert closing > 0
    assert [actual(day) for day in (date(2026, 11, 9), date(2026, 11, 12), DAY)] == [closing] * 3


def test_a_past_quarters_actual_is_one_number_in_the_record_and_in_the_reports() -> None:
    rules, halves = tuple(BillingType), Recognition.PERCENT_COMPLETE
    kinds = (
        replace(e, facts=replace(e.facts, billing=rules[n % 3], recognition=halves if n % 3 == 1 else None))
        for n, e in enumerate(PORTFOLIO.engagements)
    )
    portfolio = Portfolio(tuple(kinds))
    found = run_backtest(portfolio, CALENDAR, SETTINGS, day=DAY, trials=100)
    told = derive_portfolio(portfolio, DAY, SETTINGS, CALENDAR, trials=100).portfolio.revenue
    assert found.quarters
    for quarter in found.quarters:
        assert quarter.actual == pytest.approx(told[quarter.quarter].actual, abs=0.02)
