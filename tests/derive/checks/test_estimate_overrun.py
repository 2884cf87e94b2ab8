from __future__ import annotations

from tests.builders import make_item
from tests.derive.checks.told import told


def test_one_and_a_half_times_the_estimate_is_told() -> None:
    [found] = told("estimate-overrun", items=[make_item(1, title="Hard", estimate_hours=8.0, spent_hours=12.0)])
    assert str(found.message) == '1 open item has used 1.5 times the estimate or more; "Hard" 12 of 8 hours.'
    assert told("estimate-overrun", items=[make_item(1, estimate_hours=8.0, spent_hours=11.9)]) == []


def test_closed_and_unestimated_items_are_left_alone() -> None:
    items = [make_item(1, spent_hours=90.0), make_item(2, estimate_hours=1.0, spent_hours=9.0, closed="2026-11-02")]
    assert told("estimate-overrun", items=items) == []
