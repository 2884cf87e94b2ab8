"""Effort at completion, worked by hand; scope still to come."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.derive.forecast import Reference, forecast_engagement
from bot.derive.forecast.constants import RATIO_WEIGHT
from bot.derive.results import Forecast
from tests.builders import make_item, make_log, make_subject

REFERENCE = Reference(ratio=1.0)


def forecast(**values: Any) -> Forecast:
    return forecast_engagement(make_subject(**values), REFERENCE, trials=50).forecast


def test_half_done_at_twice_the_estimate() -> None:
    """50 of 100 h closed at 100 h: ratio (100 + .1·100·1) ÷ (50 + .1·100) = 1.8333; the rest 50 × 1.8333."""
    done, rest = make_item(1, estimate_hours=50, closed="2026-10-01"), make_item(2, estimate_hours=50)
    found = forecast(items=[done, rest], timelogs=[make_log(done, 100, "2026-10-01")])
    ratio = (100 + RATIO_WEIGHT * 100) / (50 + RATIO_WEIGHT * 100)
    assert found.effort_hours.p50 == pytest.approx(100 + 50 * ratio, abs=0.01)


def test_a_started_item_earns_what_was_spent_up_to_nine_tenths() -> None:
    """30 h on an item of 20 h that is still open earn 18; the other 80 h of 100 are untouched."""
    started, rest = make_item(1, estimate_hours=20), make_item(2, estimate_hours=80)
    found = forecast(items=[started, rest], timelogs=[make_log(started, 30, "2026-10-01")])
    ratio = (30 + 10) / (18 + 10)
    assert found.effort_hours.p50 == pytest.approx(30 + 82 * ratio, abs=0.01)


def test_where_nobody_logs_time_what_is_done_is_taken_to_have_cost_its_estimates() -> None:
    """Half of 100 h is done, nothing logged: 100 h, as sure as past work's ratio, not the 50 h that are left."""
    items = [make_item(1, estimate_hours=50, closed="2026-10-01"), make_item(2, estimate_hours=50)]
    found = forecast(items=items)
    assert found.effort_hours.p50 == pytest.approx(50 + 50, abs=0.01)
    assert found.effort_hours.p10 < 85  # type: ignore[operator]
    assert any("No time is logged" in str(r.text) for r in found.reasons)


def test_hours_that_name_no_item_pay_for_closed_items_first_then_for_open_ones() -> None:
    """Timesheets without the item column: the same 80 h on 50 closed of 100 say the same as when each names its item."""
    done, started, rest = (
        make_item(1, estimate_hours=50, closed="2026-10-01"),
        make_item(2, estimate_hours=40),
        make_item(3, estimate_hours=10),
    )
    items = [done, started, rest]
    named = forecast(items=items, timelogs=[make_log(done, 50, "2026-10-01"), make_log(started, 30, "2026-10-01")])
    bare = forecast(items=items, timelogs=[replace(make_log(done, 80, "2026-10-01"), item=None)])
    assert bare.effort_hours == named.effort_hours
    assert any("name no item" in str(r.text) for r in bare.reasons)
    meetings = forecast(items=items, timelogs=[replace(make_log(done, 80, "2026-10-01"), item="acme/p#99")])
    assert meetings.effort_hours.p50 > bare.effort_hours.p50  # type: ignore[operator]


def test_the_range_narrows_with_the_root_of_what_is_left() -> None:
    def width(done: int) -> float:
        items = [make_item(n, estimate_hours=10, closed="2026-10-01" if n < done else None) for n in range(100)]
        logs = [make_log(item, 10, "2026-10-01") for item in items[:done]]
        effort = forecast(items=items, timelogs=logs).effort_hours
        assert effort.p50 is not None
        assert effort.p95 is not None
        return (effort.p95 - effort.p50) / effort.p50

    assert width(51) == pytest.approx(width(0) * 0.7, rel=0.01)
    assert width(96) == pytest.approx(width(0) * 0.2, rel=0.01)


def test_what_is_finished_cost_what_it_cost() -> None:
    done = make_item(1, estimate_hours=50, closed="2026-10-01")
    found = forecast(items=[done], timelogs=[make_log(done, 64, "2026-10-01")], closed="2026-10-02")
    assert {found.effort_hours.p10, found.effort_hours.p50, found.effort_hours.p95} == {64}


def test_items_that_keep_arriving_let_more_be_expected() -> None:
    early = [make_item(n, estimate_hours=5, closed="2026-10-01") for n in range(10)]
    late = [make_item(20 + n, estimate_hours=5, created_at="2026-11-02") for n in range(10)]
    logs = [make_log(item, 5, "2026-10-01") for item in early]
    growing = forecast(items=early + late, timelogs=logs)
    steady = forecast(items=early + [make_item(20 + n, estimate_hours=5) for n in range(10)], timelogs=logs)
    assert steady.effort_hours == steady.effort_hours_fixed_scope == growing.effort_hours_fixed_scope
    assert growing.effort_hours.p50 > steady.effort_hours.p50  # type: ignore[operator]
    assert any("Scope still to come" in str(reason.text) for reason in growing.reasons)


def test_a_budget_that_no_items_stand_for_yet_is_work_to_come() -> None:
    few = [make_item(1, estimate_hours=10)]
    found = forecast(items=few, facts={"hours": 100.0})
    assert found.effort_hours_fixed_scope.p50 == pytest.approx(10, abs=0.5)
    assert 40 < found.effort_hours.p50 < 120  # type: ignore[operator]


def test_only_a_budget_is_known() -> None:
    found = forecast(on="2026-07-01", items=[], facts={"hours": 100.0})
    assert found.effort_hours.p50 == 100
    assert found.effort_hours.p95 > 120  # type: ignore[operator]


def test_without_hours_of_any_kind_there_is_none() -> None:
    found = forecast(items=[make_item(1), make_item(2, closed="2026-10-01")], facts={"hours": None})
    assert found.effort_hours.p50 is None


def test_items_without_estimates_cost_their_share_of_the_budget() -> None:
    found = forecast(items=[make_item(n, created_at="2026-08-03") for n in range(4)], facts={"hours": 80.0})
    assert found.effort_hours.p50 == pytest.approx(80, abs=0.01)


def test_without_estimates_the_budget_steadies_what_counting_says() -> None:
    """A quarter of the items took half of the budget: they were the large ones, or all will cost twice as much."""
    items = [make_item(n, closed="2026-10-01" if n < 5 else None, created_at="2026-08-03") for n in range(20)]
    logs = [make_log(item, 32, "2026-09-30") for item in items[:5]]
    found = forecast(items=items, timelogs=logs, facts={"hours": 320.0}).effort_hours.p50
    assert isinstance(found, float)
    assert 330 < found < 400
