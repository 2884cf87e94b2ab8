from __future__ import annotations

from bot.derive.checks.rule import Finding
from tests.builders import make_log
from tests.derive.checks.told import told


def _told(gap: float | None, total: float = 100.0) -> list[Finding]:
    return told("hours-difference", hours_difference=gap, timelogs=[make_log(None, total, "2026-11-02")])


def test_eight_hours_and_five_percent_apart_are_told() -> None:
    assert [str(f.message) for f in _told(8.0)] == ["The timesheets have 8 hours more than GitLab's time logs."]
    assert [str(f.message) for f in _told(-8.0)] == ["The timesheets have 8 hours less than GitLab's time logs."]
    assert _told(7.9) == []


def test_small_next_to_all_hours_is_quiet() -> None:
    assert _told(10.0, 200.0) != []
    assert _told(9.9, 200.0) == []
    assert _told(None) == []
