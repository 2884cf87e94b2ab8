from __future__ import annotations

from bot.domain.model import Item
from tests.builders import PROJECT, make_item
from tests.derive.checks.told import told


def _chain(*links: tuple[int, list[int]]) -> list[Item]:
    return [make_item(n, blocked_by=tuple(f"{PROJECT}#{b}" for b in before)) for n, before in links]


def _refs(*numbers: int) -> tuple[str, ...]:
    return tuple(f"{PROJECT}#{n}" for n in numbers)


def test_finds_each_circle_and_starts_it_at_its_first_reference() -> None:
    found = told("blocker-cycle", items=_chain((3, [1]), (1, [2]), (2, [3]), (4, [5]), (5, [4]), (6, [1])))
    assert sorted(f.evidence for f in found) == [_refs(1, 2, 3), _refs(4, 5)]
    assert {str(f.message).partition(":")[0] for f in found} == {
        "3 items block each other in a circle",
        "2 items block each other in a circle",
    }


def test_an_item_can_block_itself() -> None:
    [found] = told("blocker-cycle", items=_chain((1, [1])))
    assert str(found.message) == f"1 item blocks itself: {PROJECT}#1 → {PROJECT}#1."


def test_a_circle_may_go_through_another_engagement() -> None:
    other = make_item(ref="acme/other#5", blocked_by=(f"{PROJECT}#1",))
    [found] = told("blocker-cycle", items=[make_item(1, blocked_by=(other.ref,))], elsewhere={other.ref: other})
    assert set(found.evidence) == {f"{PROJECT}#1", "acme/other#5"}


def test_chains_and_circles_with_a_closed_item_are_fine() -> None:
    assert told("blocker-cycle", items=_chain((1, []), (2, [1]), (3, [1, 2]))) == []
    closed = make_item(1, closed="2026-11-02", blocked_by=_refs(2))
    assert told("blocker-cycle", items=[closed, make_item(2, blocked_by=_refs(1))]) == []
