from __future__ import annotations

from bot.domain.model import Item
from tests.builders import PROJECT, make_item
from tests.derive.checks.told import told


def _items(closed: str, updated: str = "2026-11-02", more: tuple[str, ...] = ()) -> list[Item]:
    return [
        make_item(1, closed=closed),
        make_item(2, title="Next", blocked_by=(f"{PROJECT}#1", *more), updated_at=updated),
    ]


def test_tells_of_work_that_is_free_but_untouched_for_two_working_days() -> None:
    [found] = told("blocked-by-closed", items=_items("2026-11-18"))
    assert str(found.message) == '1 item could go on, for the blockers are closed; "Next" since 2026-11-18.'
    assert told("blocked-by-closed", items=_items("2026-11-19")) == []


def test_work_that_was_touched_since_is_no_news() -> None:
    assert told("blocked-by-closed", items=_items("2026-11-10", updated="2026-11-11")) == []
    assert told("blocked-by-closed", items=_items("2026-11-10", updated="2026-11-10")) != []


def test_one_open_or_unknown_blocker_is_enough_to_wait() -> None:
    assert told("blocked-by-closed", items=_items("2026-11-10", more=("secret/project#1",))) == []
    assert told("blocked-by-closed", items=[*_items("2026-11-10", more=(f"{PROJECT}#3",)), make_item(3)]) == []
