from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from tests.builders import make_item, make_log
from tests.derive.checks.told import told


def _told(hours: float, spent_at: str = "2026-11-18", **values: Any) -> list[Finding]:
    item = make_item(1, **values)
    return told("hours-on-undated", items=[item], timelogs=[make_log(item, hours, spent_at)])


def test_eight_hours_on_work_without_a_date_are_told() -> None:
    [found] = _told(8.0)
    assert str(found.message) == "8 hours logged in the last 14 days on 1 open item without a due date."
    assert _told(7.75) == []


def test_only_the_last_two_weeks_and_undated_open_work_count() -> None:
    assert _told(8.0, "2026-11-07") != []
    assert _told(8.0, "2026-11-06") == []
    assert _told(8.0, due_date="2026-12-04") == []
    assert _told(8.0, closed="2026-11-19") == []
