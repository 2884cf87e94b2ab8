"""Hours and money against budget: the textbook formulas, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.money.budget import derive_budget
from bot.derive.results import Budget, Progress, Scope
from bot.domain.calendar import WorkCalendar
from bot.domain.model import TimeLog
from tests.builders import DAY, make_item, make_log, make_settings, make_subject


def budget_of(percent: float | None = 0.4, hours: float = 0, **values: Any) -> Budget:
    """Of an engagement of 100 hours, `percent` done, with `hours` logged on 2 November."""
    derived = {"progress": Progress(percent=percent), **values.pop("derived", {})}
    logs = values.pop("timelogs", [make_log(None, hours, "2026-11-02")] if hours else [])
    return derive_budget(make_subject(timelogs=logs, derived=derived, **values))


def test_the_textbook_case() -> None:
    # BAC 100, 40 % done, 50 spent: EV 40, CPI 0.8, EAC 125, TCPI 60 / 50.
    found = budget_of(0.4, 50)
    assert (found.burn, found.cpi, found.eac_hours, found.tcpi) == (0.5, 0.8, 125, 1.2)


def test_under_budget() -> None:
    found = budget_of(0.5, 40)
    assert (found.cpi, found.eac_hours) == (1.25, 80)
    assert found.tcpi == pytest.approx(50 / 60)


def test_nothing_spent_has_no_cpi_and_nothing_done_no_eac() -> None:
    assert (budget_of(0.4).cpi, budget_of(0.4).eac_hours) == (None, None)
    found = budget_of(0.0, 10)
    assert (found.cpi, found.eac_hours) == (0, None)


@pytest.mark.parametrize(("percent", "hours"), [(0.4, 100), (0.4, 130), (1.0, 50)])
def test_tcpi_is_not_defined_when_nothing_is_left(percent: float, hours: float) -> None:
    assert budget_of(percent, hours).tcpi is None


def test_unknown_progress_leaves_burn_alone() -> None:
    found = budget_of(None, 50)
    assert (found.burn, found.cpi, found.eac_hours, found.tcpi) == (0.5, None, None, None)


def test_approved_change_orders_raise_the_budget() -> None:
    found = budget_of(0.4, 50, derived={"scope": Scope(approved_hours=25, approved_value=5000)})
    assert (found.hours_budget, found.burn, found.money_budget) == (125, 0.4, 25_000)


def test_without_contract_hours_the_estimates_are_the_budget() -> None:
    items = [make_item(1, estimate_hours=30), make_item(2, estimate_hours=10), make_item(3), risk()]
    assert budget_of(items=items, facts={"hours": None, "value": None}).hours_budget == 40
    none = budget_of(0.4, 10, items=[make_item()], facts={"hours": None})
    assert (none.hours_budget, none.burn, none.cpi, none.runs_out) == (None, None, None, None)


def risk() -> Any:
    return make_item(9, labels=["PS Risk"], estimate_hours=500, spent_hours=7)


def test_all_logged_hours_count_whether_billable_approved_or_neither() -> None:
    logs = [make_log(None, 4), make_log(None, 3, billable=False), make_log(None, 2, approved=False)]
    found = budget_of(timelogs=logs)
    assert (found.hours_spent, found.hours_billable) == (9, 6)


def test_hours_on_a_non_billable_item_can_t_be_billed() -> None:
    free, paid = make_item(1, labels=["non-billable"]), make_item(2)
    found = budget_of(items=[free, paid], timelogs=[make_log(free, 4), make_log(paid, 3)])
    assert (found.hours_spent, found.hours_billable, found.money_spent) == (7, 3, 600)


def test_an_item_without_time_logs_counts_with_gitlab_s_total() -> None:
    logged, unlogged = make_item(1, spent_hours=99), make_item(2, spent_hours=5)
    free = make_item(3, spent_hours=2, labels=["non-billable"])
    found = budget_of(items=[logged, unlogged, free, risk()], timelogs=[make_log(logged, 4)])
    assert (found.hours_spent, found.hours_billable, found.money_spent) == (11, 9, 1800)


def test_timesheets_are_all_the_hours_there_are() -> None:
    item = make_item(1, spent_hours=50)
    assert budget_of(items=[item], timelogs=[make_log(None, 4)]).hours_spent == 4
    assert budget_of(items=[item], timelogs=[], hours_difference=-50.0).hours_spent == 0


# -- money


def test_money_spent_is_billable_hours_at_the_contract_s_rate() -> None:
    assert budget_of(0.4, 50).money_spent == 10_000


def test_without_a_contract_rate_the_config_s_counts_by_person_then_by_default() -> None:
    settings = make_settings(finance={"rates": {"ann": 300, "default": 100}})
    logs = [make_log(None, 2, user="ann"), make_log(None, 1, user="bob")]
    found = budget_of(timelogs=logs, settings=settings, facts={"value": None, "rate": None})
    assert (found.money_spent, found.money_budget) == (700, None)


def test_without_any_rate_money_is_not_known() -> None:
    assert budget_of(0.4, 50, facts={"value": None}).money_spent is None
    assert budget_of(0.4, 0, facts={"value": None}).money_spent == 0


# -- run-out: 20 November 2026 is a Friday


def weekly(hours: float, weeks: int, until: date = DAY, **values: Any) -> list[TimeLog]:
    return [make_log(None, hours, until - timedelta(weeks=n), **values) for n in range(weeks)]


def test_the_budget_runs_out_at_the_mean_pace_of_the_last_eight_weeks() -> None:
    # 10 hours a week, 80 of 100 spent: two more weeks.
    found = budget_of(0.4, timelogs=weekly(10, 8))
    assert found.weekly_pace == pytest.approx(10)
    assert found.runs_out == date(2026, 12, 4)


def test_older_hours_do_not_set_the_pace() -> None:
    older = [make_log(None, 10, "2026-08-10")]
    found = budget_of(0.4, timelogs=[*older, *weekly(10, 8)])
    assert found.weekly_pace == pytest.approx(10)
    assert found.runs_out == date(2026, 11, 27)


def test_a_younger_engagement_s_pace_is_that_since_its_start() -> None:
    found = budget_of(0.4, timelogs=weekly(20, 2), facts={"start": "2026-11-09"})
    assert found.weekly_pace == pytest.approx(20)
    assert found.runs_out == date(2026, 12, 11)


def test_run_out_skips_holidays() -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 11, 26), date(2026, 11, 27)}))
    assert budget_of(0.4, timelogs=weekly(10, 8), calendar=calendar).runs_out == date(2026, 12, 8)


def test_nothing_runs_out_without_a_pace_or_after_completion() -> None:
    assert budget_of(0.4).runs_out is None
    assert budget_of(0.4, timelogs=[make_log(None, 10, "2026-08-10")]).runs_out is None
    assert budget_of(1.0, timelogs=weekly(10, 8), derived={"phase": "complete"}).runs_out is None


def test_a_budget_already_spent_ran_out_on_the_day_it_was_reached() -> None:
    found = budget_of(0.4, timelogs=weekly(30, 4))
    assert found.runs_out == DAY
    assert budget_of(0.4, timelogs=weekly(50, 4)).runs_out == date(2026, 11, 6)
    assert budget_of(1.0, timelogs=weekly(50, 4), derived={"phase": "complete"}).runs_out == date(2026, 11, 6)


def test_a_pace_that_would_take_decades_says_nothing() -> None:
    assert budget_of(0.4, timelogs=[make_log(None, 0.001, DAY)]).runs_out is None


def test_the_difference_to_gitlab_s_time_logs_is_kept() -> None:
    assert budget_of(hours_difference=3.5).hours_difference == 3.5
    assert replace(budget_of(), hours_difference=None) == budget_of()


def test_hours_taken_back_lower_what_is_spent_and_never_make_a_pace_backwards() -> None:
    found = budget_of(0.4, timelogs=[make_log(None, 10, "2026-11-02"), make_log(None, -4, "2026-11-03")])
    assert found.hours_spent == 6
    assert budget_of(0.4, timelogs=[make_log(None, -4, "2026-11-03")]).runs_out is None


def test_a_complete_engagement_that_spent_its_budget_to_the_hour_ran_out_on_its_last_day() -> None:
    logs = [make_log(None, 60, "2026-10-02"), make_log(None, 40, "2026-11-03")]
    assert budget_of(1.0, timelogs=logs, derived={"phase": "complete"}).runs_out == date(2026, 11, 3)
