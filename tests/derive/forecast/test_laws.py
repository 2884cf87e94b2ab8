"""What must hold of any forecast, whatever the engagement is like: what a PM or a CFO would call absurd must not be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.derive.forecast import Reference, forecast_engagement
from bot.derive.forecast.capacity import burn_by_person
from bot.derive.forecast.sheets import read_sheets
from bot.derive.results import Forecast, QuarterRevenue
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Portfolio, as_of
from tests.builders import CALENDAR, make_engagement, make_item, make_log, make_subject

START = date(2026, 7, 6)
VALUE = 64_000.0
TERMS: dict[str, dict[str, Any]] = {
    "by the hour": {},
    "percent complete": {"billing": "fixed_price", "recognition": "percent_complete"},
    "on completion": {"billing": "fixed_price"},
    "on acceptance": {
        "billing": "milestone",
        "milestones": [{"milestone": "A", "amount": 24_000.0}, {"milestone": "B", "amount": 40_000.0}],
    },
}
OTHER_WEEK = WorkCalendar(working_weekdays=(6, 0, 1, 2, 3), fiscal_year_start=4, holidays=frozenset({date(2026, 9, 1)}))


def working_day(after: int) -> date:
    """The day so many working days after the start."""
    return START + timedelta(days=after // 5 * 7 + after % 5)


@st.composite
def engagements(draw: st.DrawFn) -> Engagement:
    """Sixteen weeks of work, more or less: hours by the day, in bulk at the end of months or not at all, with a pause, with corrections."""
    count, weeks = draw(st.integers(0, 16)), draw(st.integers(1, 24))
    estimate = draw(st.sampled_from([None, 4.0, 20.0, 500.0]))
    ratio, closed = draw(st.sampled_from([0.4, 1.0, 2.5])), draw(st.integers(0, 16))
    items, logs = [], []
    for n in range(count):
        day = working_day(round((n + 1) * weeks * 5 / max(count, 1)))
        items.append(make_item(n, created_at=START, closed=day if n < closed else None, estimate_hours=estimate))
        logs.append(make_log(items[-1], 20.0 * ratio, day))
    kind = draw(st.sampled_from(["by item", "monthly", "none", "corrected"]))
    if kind == "monthly":
        logs = [make_log(None, 80.0 * ratio, working_day(20 * (n + 1))) for n in range(4)]
    if kind == "none":
        logs = []
    if kind == "corrected" and logs:
        logs.append(make_log(None, -draw(st.sampled_from([10.0, 90.0])), working_day(40)))
    facts = {
        "start": START,
        "end": draw(st.none() | st.just(START + timedelta(weeks=16))),
        "value": draw(st.sampled_from([None, 0.0, VALUE])),
        "hours": draw(st.sampled_from([None, 320.0])),
        **draw(st.sampled_from(list(TERMS.values()))),
    }
    if "milestones" in facts:  # whose amounts must be those of the contract: another rule tells where they are not
        facts["value"] = VALUE
    return make_engagement(facts=facts, items=items, timelogs=logs, created_at=START)


def forecast(engagement: Engagement, on: date, calendar: WorkCalendar = CALENDAR) -> Forecast:
    then = as_of(Portfolio((engagement,)), on, calendar.zone).engagements[0]
    return forecast_engagement(make_subject(then, on=on, calendar=calendar), Reference(), trials=200).forecast


def months_of(quarter: str, months: Mapping[str, QuarterRevenue], calendar: WorkCalendar) -> list[QuarterRevenue]:
    period = calendar.quarter_named(quarter)
    return [m for name, m in months.items() if date.fromisoformat(f"{name}-15") in period]


AGES = st.integers(0, 250)
FEW = examples(max_examples=60, deadline=None)


@given(engagements(), AGES, st.sampled_from([CALENDAR, OTHER_WEEK]))
@FEW
def test_what_is_told_hangs_together(engagement: Engagement, age: int, calendar: WorkCalendar) -> None:
    on = START + timedelta(days=age)
    found = forecast(engagement, on, calendar)
    finish = [found.finish.p10, found.finish.p50, found.finish.p80, found.finish.p95]
    assert all(a <= b for a, b in pairwise(finish) if a and b)
    effort = [found.effort_hours.p10, found.effort_hours.p50, found.effort_hours.p80, found.effort_hours.p95]
    assert all(a <= b for a, b in pairwise(effort) if a is not None and b is not None)
    assert found.on_time_probability is None or 0 <= found.on_time_probability <= 1
    for name, quarter in found.revenue.items():
        assert quarter.low <= quarter.forecast <= quarter.high
        assert quarter.upside >= 0
        months = months_of(name, found.revenue_by_month, calendar)
        if len(months) == 3:
            assert sum(m.forecast for m in months) == pytest.approx(quarter.forecast, abs=0.05)
            assert sum(m.actual for m in months) == pytest.approx(quarter.actual, abs=0.05)


@given(engagements(), AGES)
@FEW
def test_all_quarters_together_are_no_more_than_the_contract_pays_and_a_price_all_of_it(
    engagement: Engagement, age: int
) -> None:
    found = forecast(engagement, START + timedelta(days=age))
    value, total = engagement.facts.value, sum(q.forecast for q in found.revenue.values())
    if value is None or not found.revenue:
        return
    assert total <= value + 0.05
    if engagement.facts.billing != "time_and_materials" and len(found.revenue) < 9:
        assert total >= 0.97 * value


@pytest.mark.parametrize("terms", TERMS.values(), ids=TERMS)
@pytest.mark.parametrize("last", ["2026-10-31", "2026-10-30", "2026-08-31"])
def test_on_the_last_day_of_a_period_nothing_falls_between_two(terms: dict[str, Any], last: str) -> None:
    """Half done at 1.5 times the estimates: today's books are what the next period starts from."""
    done = date.fromisoformat(last) - timedelta(days=7)
    items = [make_item(n, created_at=START, estimate_hours=16, closed=done if n < 10 else None) for n in range(20)]
    logs = [make_log(item, 24, done) for item in items[:10]]
    facts = {"start": START, "end": "2026-12-18", "value": VALUE, "hours": 320.0} | terms
    found = forecast(
        make_engagement(facts=facts, items=items, timelogs=logs, created_at=START), date.fromisoformat(last)
    )
    assert sum(q.forecast for q in found.revenue.values()) == pytest.approx(VALUE, rel=0.01)
    for name, quarter in found.revenue.items():
        months = months_of(name, found.revenue_by_month, CALENDAR)
        if len(months) == 3:
            assert sum(m.forecast for m in months) == pytest.approx(quarter.forecast, abs=0.05)


def untouched(on: str) -> Forecast:
    items = [make_item(n, created_at=START, estimate_hours=16) for n in range(20)]
    return forecast(
        make_engagement(facts={"start": START, "end": "2026-11-20"}, items=items, created_at=START),
        date.fromisoformat(on),
    )


def test_every_week_in_which_nothing_is_begun_moves_the_finish() -> None:
    found = [untouched(on) for on in ("2026-07-13", "2026-08-10", "2026-09-07", "2026-10-05", "2026-11-02")]
    finishes = [f.finish.p50 for f in found]
    assert all(a < b for a, b in pairwise(f for f in finishes if f))
    chances = [f.on_time_probability for f in found]
    assert all(a > b for a, b in pairwise(c for c in chances if c is not None))


def resting(on: str, terms: dict[str, Any]) -> Forecast:
    """Sixteen hours a week for six weeks until 14 August, and nothing since."""
    items = [
        make_item(n, created_at=START, estimate_hours=16, closed=working_day(5 * n + 4) if n < 6 else None)
        for n in range(20)
    ]
    logs = [make_log(item, 16, working_day(5 * n + 4)) for n, item in enumerate(items[:6])]
    facts = {"start": START, "end": "2026-11-20", "value": VALUE, "hours": 320.0} | terms
    return forecast(make_engagement(facts=facts, items=items, timelogs=logs, created_at=START), date.fromisoformat(on))


@pytest.mark.parametrize("name", ["by the hour", "percent complete"])
def test_work_that_rests_is_taken_up_again_no_faster_than_it_was(name: str) -> None:
    """From 12 October to the quarter's end there are three weeks: at the old pace 48 hours, 9,600 of 64,000."""
    quarter = resting("2026-10-11", TERMS[name]).revenue["FY27-Q3"]
    assert 0 < quarter.forecast - quarter.actual < 9600
    assert quarter.high - quarter.actual < 2 * 9600


def test_a_price_is_all_earned_when_all_is_delivered_though_nobody_logged_an_hour() -> None:
    items = [make_item(n, created_at=START, closed=working_day(5 * n + 4)) for n in range(8)]
    facts = {"start": START, "value": VALUE, "hours": 320.0} | TERMS["percent complete"]
    found = forecast(make_engagement(facts=facts, items=items, created_at=START), date(2026, 12, 1))
    assert {name: q.actual for name, q in found.revenue.items() if q.actual} == {"FY27-Q3": VALUE}


def written_down(sheets: Sequence[date], on: str, terms: dict[str, Any]) -> Forecast:
    """Sixteen hours and an item a week for twenty weeks; all hours since the last sheet stand on the day of the next one."""
    items, logs = [], []
    for n in range(20):
        day = working_day(5 * n + 4)
        items.append(make_item(n, created_at=START, estimate_hours=16, closed=day))
        sheet = next((s for s in sheets if s >= day), None)
        logs += [] if sheet is None else [make_log(None, 16, sheet)]
    facts = {"start": START, "end": "2026-11-20", "value": VALUE, "hours": 320.0} | terms
    return forecast(make_engagement(facts=facts, items=items, timelogs=logs, created_at=START), date.fromisoformat(on))


FRIDAYS = [working_day(5 * n + 4) for n in range(20)]
MONTHLY = [date(2026, month, day) for month, day in ((7, 31), (8, 31), (9, 30), (10, 30), (11, 30))]


@pytest.mark.parametrize("on", ["2026-08-28", "2026-08-31", "2026-09-18", "2026-10-02", "2026-10-29"])
def test_who_writes_a_timesheet_a_month_works_like_who_writes_one_a_week(on: str) -> None:
    weekly, monthly = (written_down(sheets, on, TERMS["by the hour"]) for sheets in (FRIDAYS, MONTHLY))
    assert monthly.effort_hours.p50 == pytest.approx(weekly.effort_hours.p50, rel=0.05)
    assert monthly.finish.p50
    assert weekly.finish.p50
    assert abs((monthly.finish.p50 - weekly.finish.p50).days) <= 14
    told = [f.revenue["FY27-Q3"].forecast for f in (weekly, monthly)]
    assert told[1] == pytest.approx(told[0], rel=0.15)


def test_money_is_earned_when_it_is_written_down_not_before() -> None:
    found = written_down(MONTHLY, "2026-08-28", TERMS["by the hour"])
    assert {name: m.actual for name, m in found.revenue_by_month.items() if m.actual} == {"2026-07": 12_800.0}


def test_hours_of_one_long_day_stay_on_it_and_a_sheet_s_are_spread_over_the_weeks_before() -> None:
    long_day, sheet = make_log(None, 15, "2026-08-20"), make_log(None, 40, "2026-09-04")
    found = read_sheets([long_day, sheet, make_log(None, 6, "2026-08-28", user="bob")], CALENDAR, START)
    assert [(log.user, str(log.spent_at), round(log.hours, 2)) for log in found.logs] == [
        ("ann", "2026-08-20", 15),
        ("ann", "2026-08-21", 3.64),
        ("ann", "2026-08-28", 18.18),
        ("ann", "2026-09-04", 18.18),
        ("bob", "2026-08-28", 6),
    ]
    assert [str(day) for day in found.known] == ["2026-08-20", *["2026-09-04"] * 3, "2026-08-28"]
    assert found.until == {"ann": date(2026, 9, 4)}


def test_of_who_stopped_writing_timesheets_nothing_more_is_expected() -> None:
    """The next is overdue after five weeks: what is missing counts as not worked then."""
    sheet = [make_log(None, 64, "2026-08-31")]
    logs = read_sheets(sheet, CALENDAR, START)
    burns = [
        burn_by_person(logs.logs, date(2026, 8, 31) + timedelta(days=age), 60.0 + age, logs.until)
        for age in (0, 30, 42)
    ]
    assert burns[0]["ann"] == pytest.approx(burns[1]["ann"], rel=0.1)
    assert burns[2]["ann"] < burns[0]["ann"] / 2


def test_hours_that_nobody_writes_down_any_more_are_still_expected_but_not_at_once() -> None:
    """Two hours on the first day, none since: half the items closed without hours make the rest no cheaper."""
    items = [
        make_item(n, created_at=START, estimate_hours=16, closed=working_day(5 * n + 4) if n < 10 else None)
        for n in range(20)
    ]
    facts = {"start": START, "end": "2026-11-20", "value": VALUE, "hours": 320.0}
    engagement = make_engagement(facts=facts, items=items, timelogs=[make_log(None, 2, START)], created_at=START)
    found = forecast(engagement, date(2026, 9, 14))
    assert found.effort_hours.p50 == pytest.approx(340, rel=0.06)
    assert found.revenue_by_month["2026-09"].forecast < VALUE / 2
