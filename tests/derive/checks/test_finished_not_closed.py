from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from bot.domain.model import Item
from tests.builders import make_item
from tests.derive.checks.told import told


def _told(closed: str, *more: Item, **values: Any) -> list[Finding]:
    return told("finished-not-closed", items=[make_item(1, closed=closed), *more], **values)


def test_ten_working_days_after_the_last_work_it_is_told() -> None:
    [found] = _told("2026-11-06")
    assert str(found.message) == "All work has been done since 2026-11-06, but the engagement is still open."
    assert _told("2026-11-09") == []


def test_quiet_while_work_is_open_or_once_it_is_closed() -> None:
    assert _told("2026-11-06", make_item(2)) == []
    assert told("finished-not-closed", items=[make_item(closed="2026-10-01")], state="closed") == []
    assert told("finished-not-closed") == []
