from __future__ import annotations

from typing import Any

from bot.derive.results import Progress
from bot.domain.model import Item
from tests.builders import PROJECT, make_item
from tests.derive.checks.told import severity_told, told


def _items(ann: int, bob: int, **values: Any) -> list[Item]:
    items = [make_item(n, assignees=("ann",), **values) for n in range(ann)]
    return items + [make_item(100 + n, assignees=("bob",), **values) for n in range(bob)]


def test_sixty_percent_in_one_hand_are_told() -> None:
    [found] = told("single-person", items=_items(3, 2))
    assert str(found.message) == "ann holds 60 % of the open work (3 of 5 assigned items)."
    assert len(found.evidence) == 3
    assert told("single-person", items=_items(4, 3)) == []


def test_fewer_than_five_assigned_items_say_nothing() -> None:
    assert told("single-person", items=_items(4, 0)) == []


def test_value_counts_not_the_number_of_items() -> None:
    values = {f"{PROJECT}#100": 20.0}
    [found] = told("single-person", items=_items(4, 1), derived={"progress": Progress(values=values)})
    assert str(found.message) == "bob holds 83 % of the open work (1 of 5 assigned items)."


def test_a_team_of_one_is_low_and_shared_items_count_half() -> None:
    assert severity_told("single-person", items=_items(5, 0)) == "low"
    assert severity_told(
        "single-person", items=[*_items(5, 0), make_item(200, assignees=("bob",), closed="2026-11-02")]
    ) == ("medium")
    shared = [make_item(n, assignees=("ann", "bob")) for n in range(6)]
    assert told("single-person", items=shared) == []
