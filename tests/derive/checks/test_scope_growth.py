from __future__ import annotations

from typing import Any

import pytest

from bot.derive.checks.rule import Finding
from bot.derive.results import Scope
from tests.derive.checks.told import severity_told, told


def _told(growth: float, **values: Any) -> list[Finding]:
    scope = Scope(baseline_items=20, added=4, growth=growth, **values)
    return told("scope-growth", derived={"scope": scope})


@pytest.mark.parametrize(
    ("growth", "severity"), [(None, None), (0.099, None), (0.1, "medium"), (0.249, "medium"), (0.25, "high")]
)
def test_limits_are_those_of_the_colours(growth: float | None, severity: str | None) -> None:
    assert severity_told("scope-growth", derived={"scope": Scope(growth=growth)}) == severity


def test_says_how_much_and_what_is_pending() -> None:
    [found] = _told(0.2)
    assert str(found.message) == "Scope grew by 20 % since the baseline (4 items added to 20) without a change order."
    [found] = _told(0.2, pending_hours=16.0)
    assert str(found.message).endswith("without a change order; change orders for 16 hours are pending.")
