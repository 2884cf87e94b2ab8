from __future__ import annotations

from tests.builders import make_item
from tests.derive.checks.told import told


def test_a_fifth_of_the_open_work_without_size_is_told() -> None:
    sized = [make_item(1, estimate_hours=4.0), make_item(2, weight=3), make_item(3, weight=1), make_item(4, weight=2)]
    [found] = told("no-estimates", items=[*sized, make_item(5, weight=0)])
    assert str(found.message) == "1 of 5 open items (20 %) has neither an estimate nor a weight."
    assert told("no-estimates", items=[*sized, make_item(6, weight=1), make_item(5)]) == []


def test_closed_work_and_fresh_plans_are_left_alone() -> None:
    assert told("no-estimates", items=[make_item(closed="2026-11-02")]) == []
    assert told("no-estimates", items=[make_item()], facts={"start": "2026-11-16"}) == []
