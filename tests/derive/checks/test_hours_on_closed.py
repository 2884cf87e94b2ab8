from __future__ import annotations

from bot.derive.checks.rule import Finding
from tests.builders import make_item, make_log
from tests.derive.checks.told import told


def _told(spent_at: str, closed: str = "2026-11-02") -> list[Finding]:
    item = make_item(1, closed=closed)
    return told("hours-on-closed", items=[item], timelogs=[make_log(item, 3.5, spent_at)])


def test_hours_from_the_second_day_after_the_close_on_are_told() -> None:
    [found] = _told("2026-11-04")
    assert str(found.message) == "3.5 hours logged on 1 item after it was closed (last 28 days)."
    assert _told("2026-11-03") == []


def test_only_the_last_four_weeks_count() -> None:
    assert _told("2026-10-24", closed="2026-10-01") != []
    assert _told("2026-10-23", closed="2026-10-01") == []


def test_open_items_and_hours_without_an_item_are_left_alone() -> None:
    item = make_item(1)
    logs = [make_log(item, 3.0, "2026-11-18"), make_log(None, 3.0, "2026-11-18"), make_log("x#99", 1.0, "2026-11-18")]
    assert told("hours-on-closed", items=[item], timelogs=logs) == []
