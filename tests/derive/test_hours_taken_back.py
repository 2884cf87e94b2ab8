"""Negative totals of hours: the entry is named elsewhere; nothing is divided by them and no forecast is lost."""

from __future__ import annotations

from datetime import date

import pytest

from bot.config import parse_config
from bot.derive.catalog import vocabulary
from bot.derive.forecast import Reference, forecast_engagement
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import EngagementDerived
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Portfolio
from bot.domain.vocabulary import Phase
from tests.builders import make_engagement, make_item, make_log, make_subject

CONFIG = "portfolio: {namespaces: {acme: internal}}\n"


@pytest.mark.parametrize("hours", [-1e-9, -8, -40, -40.000001, -4000])
def test_more_hours_taken_back_than_logged_leave_a_forecast(hours: float) -> None:
    derived = derived_of(
        make_engagement(items=[make_item(n) for n in range(1, 6)], timelogs=[make_log(None, hours, "2026-10-05")])
    )
    assert not derived.errors
    assert derived.forecast.finish.p50 is not None


def derived_of(engagement: Engagement) -> EngagementDerived:
    config = parse_config(CONFIG, "c.yml", vocabulary())
    (found,) = derive_portfolio(
        Portfolio((engagement,)), date(2026, 11, 20), config, WorkCalendar(), trials=100
    ).engagements
    return found


def test_an_entry_that_makes_hours_senseless_is_named_of_finished_work_too() -> None:
    done = make_item(1, closed="2026-10-05")
    logs = [make_log(done, -20.0, "2026-10-02"), make_log(None, 8.0, "2006-10-06")]
    found = derived_of(make_engagement(items=[done], timelogs=logs, closed="2026-10-06"))
    assert (found.phase, found.budget.cpi) == (Phase.COMPLETE, None)
    assert {"negative-hours", "hours-before-start"} <= {risk.rule for risk in found.risks}


@pytest.mark.parametrize("hours", [-1e-9, -5, -40, -4000])
def test_percent_complete_earns_nothing_of_hours_taken_back_and_the_whole_value_in_the_end(hours: float) -> None:
    items = [make_item(n, estimate_hours=1, closed="2026-10-20" if n < 4 else None) for n in range(1, 7)]
    facts = {"billing": "fixed_price", "recognition": "percent_complete", "value": 10_000.0, "hours": 100}
    subject = make_subject(facts=facts, items=items, timelogs=[make_log(items[0], hours, "2026-10-05")])
    found = forecast_engagement(subject, Reference(), trials=100).forecast.revenue
    assert {quarter.actual for quarter in found.values()} == {0.0}
    assert all(0 <= quarter.low <= quarter.forecast <= quarter.high <= 10_000 for quarter in found.values())
    assert sum(quarter.forecast for quarter in found.values()) == pytest.approx(10_000, rel=0.01)
