from __future__ import annotations

from datetime import date

from bot.derive.results import Budget, Forecast, Quantiles
from tests.derive.risks.told import told


def _told(runs_out, finish=None, burn=0.8):
    budget = Budget(burn=burn, runs_out=runs_out, weekly_pace=12.5)
    return told("budget-runs-out", derived={"budget": budget, "forecast": Forecast(Quantiles(p50=finish))})


def test_money_that_ends_before_the_work_is_told_with_both_days():
    [found] = _told(date(2026, 12, 4), date(2026, 12, 11))
    assert found.message == (
        "The budget runs out on 2026-12-04 at 12.5 hours a week, 5 working days before the expected finish on 2026-12-11."
    )


def test_running_out_on_the_last_day_is_in_time():
    assert _told(date(2026, 12, 11), date(2026, 12, 11)) == []


def test_without_a_forecast_the_end_of_the_sow_counts():
    assert _told(date(2026, 12, 17)) != []
    assert _told(date(2026, 12, 18)) == []
    assert _told(None) == []
    assert _told(date(2026, 12, 4), burn=1.0) != []
    assert _told(date(2026, 12, 4), burn=1.1) == []
