"""Each item of a snapshot, with its hours, belongs to exactly one engagement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.domain.belonging import settle
from bot.domain.model import Engagement, Item
from tests.builders import make_engagement, make_item, make_log

PART, REST = make_item(2), make_item(3)


def engagement(ref: str, items: Iterable[Item] = (PART, REST), **facts: Any) -> Engagement:
    return make_engagement(ref=ref, items=[*items], timelogs=[make_log(item, 10) for item in items], facts=facts)


def holdings(*engagements: Engagement) -> dict[str, tuple[list[str], float, int]]:
    """By engagement: its items, its hours, and how many things it complains of."""
    found = settle(engagements)
    return {e.ref: ([i.ref for i in e.items], sum(log.hours for log in e.timelogs), len(e.errors)) for e in found}


def test_what_two_hold_alike_is_the_first_one_s_and_both_say_so() -> None:
    found = holdings(engagement("acme/x#9"), engagement("acme/x#1"))
    assert found == {"acme/x#9": ([], 0, 1), "acme/x#1": ([PART.ref, REST.ref], 20, 1)}


def test_what_work_names_is_whose_it_names_and_nobody_complains() -> None:
    for entry in (PART.ref.upper(), "ACME/"):
        found = holdings(engagement("acme/x#1", [PART]), engagement("acme/x#9", [PART], work=[entry]))
        assert found == {"acme/x#1": ([], 0, 0), "acme/x#9": ([PART.ref], 10, 0)}


def test_the_nearest_root_above_has_an_item_and_is_itself_no_work_of_the_outer_one() -> None:
    inner_root = make_item(7, ref="acme&8", type="epic", parent="acme&7")
    part = make_item(2, parent="acme&8")
    found = holdings(engagement("acme&7", [inner_root, part, REST]), engagement("acme&8", [part]))
    assert found == {"acme&7": ([REST.ref], 10, 0), "acme&8": ([part.ref], 10, 0)}


def test_parents_in_a_circle_end() -> None:
    one, two = make_item(2, parent=REST.ref), make_item(3, parent=PART.ref)
    assert holdings(engagement("a&1", [one, two]), engagement("a&2", [one, two]))["a&2"] == ([], 0, 1)


def test_what_only_one_holds_stays_as_it_is() -> None:
    first, second = engagement("acme/x#1", [PART]), engagement("acme/x#9", [REST])
    assert settle([first, second]) == (first, second)
