from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.checks.rule import Finding
from bot.derive.results import Acceptance
from tests.derive.checks.told import told


def _told(due: str, **values: Any) -> list[Finding]:
    """FY27-Q4 ends on 2027-01-31, FY28-Q1 on 2027-04-30."""
    acceptance = Acceptance("Wave 1", 10_000.0, due=date.fromisoformat(due), **values)
    return told("milestone-quarter-end", derived={"acceptance": (acceptance,)})


def test_the_last_seven_days_of_the_quarter_are_tight() -> None:
    [found] = _told("2027-01-25")
    assert str(found.message) == (
        '1 billing milestone is due in the last week of a quarter: "Wave 1" on 2027-01-25 (USD 10,000 in all).'
    )
    assert _told("2027-01-31") != []
    assert _told("2027-01-24") == []


def test_this_quarter_and_the_next_are_looked_at() -> None:
    assert _told("2027-04-29") != []
    assert _told("2027-07-30") == []
    assert _told("2026-10-30") == []


@pytest.mark.parametrize("state", ["accepted", "passively_accepted"])
def test_what_is_accepted_is_safe(state: str) -> None:
    assert _told("2027-01-28", state=state) == []
