from __future__ import annotations

from datetime import date

from bot.derive.checks.rule import Finding
from bot.derive.results import Budget, Forecast, Quantiles
from tests.derive.checks.told import severity_told, told


def _told(runs_out: date | None, finish: date | None = None, burn: float = 0.8) -> list[Finding]:
    budget = Budget(burn=burn, runs_out=runs_out, weekly_pace=12.5)
    return told("budget-runs-out", derived={"budget": budget, "forecast": Forecast(Quantiles(p50=finish))})


def test_money_that_ends_before_the_work_is_told_with_both_days() -> None:
    [found] = _told(date(2026, 12, 4), date(2026, 12, 11))
    assert str(found.message) == (
        "The budget runs out on 2026-12-04 at 12.5 hours a week, 5 working days before the expected finish on 2026-12-11."
    )


def test_running_out_on_the_last_day_is_in_time() -> None:
    assert _told(date(2026, 12, 11), date(2026, 12, 11)) == []


def test_without_a_forecast_the_end_of_the_sow_counts() -> None:
    assert _told(date(2026, 12, 17)) != []
    assert _told(date(2026, 12, 18)) == []
    assert _told(None) == []
    assert _told(date(2026, 12, 4), burn=1.0) != []
    assert _told(date(2026, 12, 4), burn=1.1) == []


def test_work_that_needs_fewer_hours_than_there_are_does_not_run_out_of_them() -> None:
    def severity(p50: float, p80: float) -> str | None:
        forecast = Forecast(Quantiles(p50=date(2027, 3, 1)), effort_hours=Quantiles(p50=p50, p80=p80))
        budget = Budget(hours_budget=100, burn=0.8, runs_out=date(2026, 12, 4), weekly_pace=12.5)
        return severity_told("budget-runs-out", derived={"budget": budget, "forecast": forecast})

    assert severity(80, 99) is None
    assert severity(80, 101) == "medium"
    assert severity(101, 120) == "high"
