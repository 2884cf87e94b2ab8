"""The heaviest chain of open work over blocked-by links and milestones; cycles do no harm."""

from __future__ import annotations

import cProfile
from graphlib import TopologicalSorter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.derive.schedule.critical_path import find_critical_path
from bot.derive.schedule.milestones import find_milestones
from bot.domain.model import Item, Milestone
from tests.builders import CALENDAR, DAY, PROJECT, make_engagement, make_item, make_milestone


def ref(number: int) -> str:
    return f"{PROJECT}#{number}"


def item(number: int, *blockers: int, hours: float = 1, **values: Any) -> Item:
    return make_item(number, estimate_hours=hours, blocked_by=tuple(map(ref, blockers)), **values)


def path(*items: Item, milestones: tuple[Milestone, ...] = ()) -> list[int]:
    views = find_milestones(make_engagement(milestones=milestones), items, CALENDAR)
    found = find_critical_path(items, {i.ref: i.estimate_hours or 1.0 for i in items}, views)
    return [int(reference.rpartition("#")[2]) for reference in found]


def test_a_chain_stands_first_to_do_first() -> None:
    assert path(item(1, 2), item(2, 3), item(3)) == [3, 2, 1]


def test_the_chain_with_most_work_left_wins_over_the_longest_one() -> None:
    chain = [item(1), item(2, 1), item(3, 2)]
    assert path(*chain, item(4, hours=2), item(5, 4, hours=2)) == [4, 5]
    assert path(*chain, item(4, hours=5)) == [4]


Pairs = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=20)
HOURS = st.lists(st.sampled_from((0.0, 1.0, 2.0, 3.5)), min_size=9, max_size=9)


@given(Pairs, HOURS)
def test_the_path_is_that_of_the_plain_way_over_every_order(pairs: list[tuple[int, int]], hours: list[float]) -> None:
    blockers = {n: {before for after, before in pairs if after == n and before < n} for n in range(1, 10)}
    items = [item(n, *sorted(blockers[n]), hours=hours[n - 1]) for n in range(1, 10)]
    best: dict[int, tuple[float, list[int]]] = {}
    for n in TopologicalSorter(blockers).static_order():
        known = [(-best[b][0], ref(b), best[b][1]) for b in blockers[n]]
        weight, _, chain = min(known, default=(0.0, "", []))
        best[n] = (hours[n - 1] or 1.0) - weight, [*chain, n]
    heaviest = min(best, key=lambda n: (-best[n][0], ref(n)))
    assert path(*items) == (best[heaviest][1] if any(blockers.values()) else [])


def test_what_is_closed_is_no_longer_on_the_path() -> None:
    assert path(item(1, closed=DAY), item(2, 1), item(3, 2)) == [2, 3]


def test_without_any_link_there_is_no_path() -> None:
    assert path(item(1), item(2, hours=50)) == []
    assert path(item(1, closed=DAY), item(2, 1)) == []
    assert path() == []


def test_blockers_outside_the_engagement_are_not_on_it() -> None:
    assert path(make_item(1, blocked_by=("other/project#1",)), item(2)) == []


def test_an_item_waits_for_the_milestone_that_is_due_before_its_own_starts() -> None:
    milestones = (
        make_milestone("Design", due_date="2026-09-30"),
        make_milestone("Build", start_date="2026-10-01", due_date="2026-11-30"),
        make_milestone("Docs", start_date="2026-09-01", due_date="2026-12-31"),
    )
    items = [
        item(1, milestone="Design", hours=3),
        item(2, milestone="Design", hours=5),
        item(3, milestone="Build", hours=2),
        item(4, milestone="Docs", hours=6),
    ]
    assert path(*items, milestones=milestones) == [2, 3]


def test_milestones_without_start_dates_are_phases_in_the_order_of_their_due_dates() -> None:
    milestones = (
        make_milestone("Go-live", due_date="2026-12-18"),
        make_milestone("Design", due_date="2026-09-30"),
        make_milestone("Build", due_date="2026-11-30"),
        make_milestone("Some day"),
    )
    items = [
        item(1, milestone="Design", hours=3),
        item(2, milestone="Build", hours=2),
        item(3, milestone="Build", hours=4),
        item(4, milestone="Go-live"),
        item(5, milestone="Some day", hours=7),
        item(6, hours=7),
    ]
    assert path(*items, milestones=milestones) == [1, 3, 4]


def test_milestones_due_on_the_same_day_run_beside_one_another() -> None:
    milestones = (make_milestone("A", due_date="2026-11-30"), make_milestone("B", due_date="2026-11-30"))
    assert path(item(1, milestone="A"), item(2, milestone="B"), milestones=milestones) == []


def test_a_finished_milestone_holds_up_nothing() -> None:
    milestones = (
        make_milestone("Design", due_date="2026-09-30"),
        make_milestone("Build", start_date="2026-10-01", due_date="2026-11-30"),
    )
    items = [item(1, milestone="Design", closed=DAY), item(2, milestone="Build")]
    assert path(*items, milestones=milestones) == []


def test_items_that_block_each_other_do_no_harm() -> None:
    assert path(item(1, 2), item(2, 1)) in ([1, 2], [2, 1])
    assert path(item(1, 1), item(2, 1)) == [1, 2]
    found = path(item(1, 2), item(2, 1), item(3, 1, hours=9), item(4), item(5, 4, hours=20))
    assert found == [4, 5]


def test_equal_chains_are_told_apart_by_reference() -> None:
    items = [item(1), item(2, 1), item(3), item(4, 3)]
    assert path(*items) == path(*reversed(items)) == [1, 2]


def calls_for(size: int) -> int:
    """How many calls it takes for a chain of `size` items beside wide milestones."""
    chain = [item(1), *(item(n, n - 1) for n in range(2, size))]
    milestones = tuple(
        make_milestone(str(n), start_date=f"{2000 + n}-02-01", due_date=f"{2000 + n}-11-30") for n in range(60)
    )
    wide = [item(10_000 + n, milestone=str(n % 60)) for n in range(size)]
    profile = cProfile.Profile()
    found = profile.runcall(path, *chain, *wide, milestones=milestones)
    assert len(found) == size - 1
    return sum(entry.callcount for entry in profile.getstats())


def test_long_chains_and_wide_milestones_take_linear_work() -> None:
    assert calls_for(4_000) < 2.5 * calls_for(2_000)
