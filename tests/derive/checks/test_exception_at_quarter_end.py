from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from tests.builders import make_item
from tests.derive.checks.told import told


def _told(on: str, created: str, **values: Any) -> list[Finding]:
    item = make_item(1, **{"labels": ("WE-scoping",), "created_at": created} | values)
    return told("exception-at-quarter-end", on=on, items=[item])


def test_ten_working_days_before_the_quarter_ends_it_is_told() -> None:
    """FY27-Q4 ends on Sunday 2027-01-31: its last working day is Friday the 29th."""
    [found] = _told("2027-01-15", "2026-12-01")
    assert str(found.message) == "1 work exception is open, and FY27-Q4 ends on 2027-01-31."
    assert found.severity is None
    assert _told("2027-01-14", "2026-12-01") == []


def test_one_of_an_earlier_quarter_is_high_at_any_time() -> None:
    assert _told("2026-11-20", "2026-10-31")[0].severity == "high"
    assert _told("2026-11-20", "2026-11-01") == []


def test_closed_ones_and_work_at_risk_are_left_alone() -> None:
    assert _told("2027-01-20", "2026-12-01", closed="2027-01-04") == []
    assert _told("2027-01-20", "2026-12-01", labels=("work-at-risk",)) == []
