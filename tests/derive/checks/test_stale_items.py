from __future__ import annotations

from typing import Any

import pytest

from bot.domain.model import Item
from tests.builders import make_item, make_settings
from tests.derive.checks.told import told


def _item(number: int = 1, **values: Any) -> Item:
    return make_item(number, **{"title": "Quiet", "assignees": ("ann",), "updated_at": "2026-11-06"} | values)


def test_fourteen_days_without_a_change_are_stale() -> None:
    [found] = told("stale-items", items=[_item()])
    assert str(found.message) == '1 item under way has not been touched for 14 days or more; "Quiet" since 2026-11-06.'
    assert told("stale-items", items=[_item(updated_at="2026-11-07")]) == []


@pytest.mark.parametrize(
    "values",
    [
        {"assignees": ()},
        {"start_date": "2026-11-23"},
        {"labels": ("waiting::customer",)},
        {"blocked_by": ("x/y#1",)},
        {"closed": "2026-11-02"},
        {"labels": ("PS RAID Log",)},
    ],
)
def test_what_is_not_under_way_can_not_be_stale(values: dict[str, Any]) -> None:
    assert told("stale-items", items=[_item(**values)]) == []


def test_the_limit_is_configurable() -> None:
    settings = make_settings(thresholds={"stale_items_days": 30})
    assert told("stale-items", items=[_item()], settings=settings) == []


def test_work_that_begins_today_is_under_way() -> None:
    assert told("stale-items", items=[_item(start_date="2026-11-20")]) != []
