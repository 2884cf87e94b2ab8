from __future__ import annotations

import pytest

from bot.derive.results import Budget, Progress
from bot.domain.vocabulary import Severity
from tests.derive.checks.told import severity_told, told


def _told(burn: float | None, percent: float | None) -> Severity | None:
    return severity_told("burn-ahead", derived={"budget": Budget(burn=burn), "progress": Progress(percent=percent)})


@pytest.mark.parametrize(
    ("burn", "percent", "severity"),
    [(0.5, 0.41, None), (0.5, 0.4, "medium"), (0.6, 0.35, "high"), (1.0, 0.9, "medium"), (1.2, 0.4, None)],
)
def test_ten_points_are_a_risk_and_twenty_five_a_high_one(burn: float, percent: float, severity: str | None) -> None:
    """Beyond the budget, another rule speaks."""
    assert _told(burn, percent) == severity


def test_nothing_is_said_without_both_figures() -> None:
    assert _told(None, 0.1) is None
    assert _told(0.9, None) is None


def test_the_message_tells_both_figures() -> None:
    [found] = told("burn-ahead", derived={"budget": Budget(burn=0.725), "progress": Progress(percent=0.4)})
    assert str(found.message) == "72 % of the budgeted hours are used, but 40 % of the work is done."
