from __future__ import annotations

from datetime import date
from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import ChangeOrder, Scope
from bot.domain.vocabulary import ChangeOrderState
from tests.builders import make_item, make_log
from tests.derive.checks.told import told


def _told(on: str, **values: Any) -> list[Finding]:
    return told("sow-expired", on=on, **{"items": [make_item(1)]} | values)


def test_open_work_after_the_end_is_told_from_the_next_day_on() -> None:
    assert _told("2026-12-18") == []
    [found] = _told("2026-12-19")
    assert str(found.message) == "The SOW ended on 2026-12-18 with 1 item open."
    assert found.severity is None


def test_hours_after_the_end_make_it_critical() -> None:
    logs = [make_log(None, 2.5, "2026-12-19"), make_log(None, 4.0, "2026-12-18")]
    [found] = _told("2026-12-21", timelogs=logs)
    assert str(found.message).endswith("with 1 item open and 2.5 hours logged since.")
    assert found.severity == "critical"


def test_an_approved_change_order_moves_the_end() -> None:
    order = ChangeOrder("x#1", "More", ChangeOrderState.APPROVED, end=date(2027, 1, 29), decided=date(2026, 12, 1))
    assert _told("2026-12-21", derived={"scope": Scope(change_orders=(order,))}) == []
    assert _told("2027-01-30", derived={"scope": Scope(change_orders=(order,))}) != []
    assert _told("2026-12-21", items=[make_item(closed="2026-12-01")]) == []
