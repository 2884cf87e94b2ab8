from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from tests.builders import make_item
from tests.derive.checks.told import told


def _told(since: str | None, **values: Any) -> list[Finding]:
    dates = {"waiting::customer": since} if since else {}
    item = make_item(1, title="DNS", **{"labels": ("waiting::customer",), "label_dates": dates} | values)
    return told("waiting-on-customer", items=[item])


def test_five_working_days_of_waiting_are_told() -> None:
    [found] = _told("2026-11-13")
    assert str(found.message) == '1 item waits for the customer; "DNS" since 2026-11-13.'
    assert found.severity is None
    assert _told("2026-11-16") == []


def test_ten_working_days_are_high() -> None:
    assert [_told(day)[0].severity for day in ("2026-11-09", "2026-11-06")] == [None, "high"]


def test_without_the_day_of_the_label_the_last_change_counts() -> None:
    assert _told(None, updated_at="2026-11-13") != []
    assert _told(None, updated_at="2026-11-16") == []
    assert _told("2026-11-06", closed="2026-11-18") == []
    assert _told("2026-11-06", labels=()) == []
