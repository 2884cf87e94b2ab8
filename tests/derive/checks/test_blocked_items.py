from __future__ import annotations

from bot.domain.model import Item
from tests.builders import make_item
from tests.derive.checks.told import severity_told, told


def _items(updated: str, due: str = "2026-12-18", blocker_closed: str | None = None) -> list[Item]:
    blocker = make_item(1, closed=blocker_closed)
    return [blocker, make_item(2, title="Waits", blocked_by=(blocker.ref,), updated_at=updated, due_date=due)]


def test_three_working_days_without_movement_are_told() -> None:
    items = _items("2026-11-17")
    [found] = told("blocked-items", items=items)
    assert str(found.message) == '1 item is blocked and not moving; "Waits" since 2026-11-17.'
    assert found.evidence == (items[1].ref,)
    assert told("blocked-items", items=_items("2026-11-18")) == []


def test_a_blocked_item_that_is_overdue_is_high() -> None:
    assert severity_told("blocked-items", items=_items("2026-11-03")) == "medium"
    assert severity_told("blocked-items", items=_items("2026-11-03", due="2026-11-19")) == "high"


def test_closed_blockers_do_not_block_but_unreadable_ones_do() -> None:
    assert told("blocked-items", items=_items("2026-11-03", blocker_closed="2026-11-10")) == []
    assert told("blocked-items", items=[make_item(3, blocked_by=("secret/project#1",), updated_at="2026-11-03")])
