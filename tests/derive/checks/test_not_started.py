from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from tests.builders import make_item, make_log
from tests.derive.checks.told import told


def _told(start: str, **values: Any) -> list[Finding]:
    return told("not-started", facts={"start": start}, **{"items": [make_item(1)]} | values)


def test_ten_working_days_without_any_work_are_told() -> None:
    [found] = _told("2026-11-06")
    assert str(found.message) == ("The SOW began on 2026-11-06; no item is closed and no hour logged since.")
    assert _told("2026-11-09") == []


def test_hours_or_a_closed_item_are_a_start() -> None:
    assert _told("2026-11-02", timelogs=[make_log(None, 0.5, "2026-11-18")]) == []
    assert _told("2026-11-02", items=[make_item(1, closed="2026-11-18"), make_item(2)]) == []
    assert _told("2026-11-02", items=[make_item(1, spent_hours=0.5)]) == []
