from __future__ import annotations

from datetime import date
from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import Schedule
from bot.domain.model import Item
from tests.builders import make_item, make_settings
from tests.derive.checks.told import told


def _told(*items: Item, **schedule: Any) -> list[Finding]:
    path = tuple(item.ref for item in items)
    return told("critical-path-slipping", items=items, derived={"schedule": Schedule(critical_path=path, **schedule)})


def test_an_overdue_item_on_the_path_is_told() -> None:
    [found] = _told(make_item(1, title="Wave", due_date="2026-11-18"), make_item(2, due_date="2026-12-04"))
    assert str(found.message) == '1 of 2 items on the critical path is behind plan; "Wave" was planned for 2026-11-18.'
    assert _told(make_item(1, due_date="2026-11-20")) == []


def test_a_date_moved_past_its_baseline_is_behind_before_it_is_overdue() -> None:
    [found] = _told(
        make_item(1, title="Wave", due_date="2026-12-11", due_history=[("2026-12-04", "2026-12-11", "2026-11-02")])
    )
    assert str(found.message).endswith('"Wave" was planned for 2026-12-04.')


def test_the_planned_day_counts_where_the_item_has_none() -> None:
    undated = make_item(1)
    assert _told(undated, planned={undated.ref: date(2026, 11, 18)}) != []
    assert _told(undated, planned={undated.ref: date(2026, 11, 20)}) == []
    assert _told(undated) == []


def test_closed_items_and_those_off_the_path_are_left_alone() -> None:
    assert _told(make_item(1, due_date="2026-11-02", closed="2026-11-12")) == []
    late = make_item(1, due_date="2026-11-02")
    assert told("critical-path-slipping", items=[late], derived={"schedule": Schedule()}) == []


def test_one_working_day_is_enough_and_configurable() -> None:
    item = make_item(1, due_date="2026-11-19")
    assert _told(item) != []
    values = {"items": [item], "derived": {"schedule": Schedule(critical_path=(item.ref,))}}
    relaxed = make_settings(thresholds={"critical_path_slipping_days": 2})
    assert told("critical-path-slipping", settings=relaxed, **values) == []
