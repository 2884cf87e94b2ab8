from __future__ import annotations

import pytest

from bot.derive.results import Budget, Forecast, Progress, Quantiles
from bot.domain.vocabulary import Severity
from tests.derive.checks.told import severity_told, told


def _told(eac: float | None, percent: float = 0.5, burn: float = 0.6) -> Severity | None:
    effort = Forecast(effort_hours=Quantiles(p50=eac, p80=eac))
    derived = {
        "budget": Budget(100.0, burn * 100, burn=burn),
        "progress": Progress(percent=percent),
        "forecast": effort,
    }
    return severity_told("effort-over-budget", derived=derived)


@pytest.mark.parametrize(("eac", "severity"), [(109.0, None), (110.0, "medium"), (125.0, "high"), (None, None)])
def test_ten_percent_over_is_a_risk_and_twenty_five_a_high_one(eac: float | None, severity: str | None) -> None:
    assert _told(eac) == severity


def test_the_forecast_counts_and_not_the_index() -> None:
    forecast = Forecast(effort_hours=Quantiles(p50=112.0, p80=130.0))
    derived = {"budget": Budget(100.0, 60.0, burn=0.6, eac_hours=150.0), "progress": Progress(percent=0.5)}
    [found] = told("effort-over-budget", derived={**derived, "forecast": forecast})
    assert (found.severity, str(found.message)) == (
        None,
        "The work will probably take 112 hours, 12 % more than the 100 budgeted.",
    )


def test_says_nothing_before_a_tenth_is_done_or_once_the_budget_is_gone() -> None:
    assert _told(150.0, percent=0.09) is None
    assert _told(150.0, percent=0.1) == "high"
    assert _told(150.0, burn=1.0) == "high"
    assert _told(150.0, burn=1.1) is None
