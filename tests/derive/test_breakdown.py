"""Only the lowest level counts, and what was dropped counts no more: the same work alike in every structure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive.output import to_json
from bot.derive.pipeline import derive_portfolio
from bot.derive.scope.breakdown import break_down
from bot.domain.model import Engagement, Item
from bot.domain.vocabulary import ItemState
from tests.builders import CALENDAR, DAY, make_engagement, make_item, make_log, make_portfolio, make_settings

SETTINGS = make_settings()
LABELS = SETTINGS.labels
FIGURES = ("progress", "schedule", "budget", "scope", "forecast")


def epic(number: int, **values: Any) -> Item:
    return make_item(number, ref=f"acme/customers/globex&{number}", type="epic", **values)


def task(number: int, parent: Item, **values: Any) -> Item:
    return make_item(number, type="task", parent=parent.ref, **values)


def work_of(*items: Item) -> dict[str, float | None]:
    found = break_down(make_engagement(items=items), LABELS).work
    return {item.title: item.estimate_hours for item in found}


def derived(engagement: Engagement) -> dict[str, Any]:
    found = derive_portfolio(make_portfolio(engagement), DAY, SETTINGS, CALENDAR, trials=200)
    [told] = to_json(found)["engagements"]
    return {name: told[name] for name in FIGURES}


# -- only the lowest level counts


def test_a_parent_with_work_below_it_is_no_work_itself() -> None:
    whole = make_item(1, estimate_hours=16)
    assert work_of(whole) == {"Item 1": 16}
    assert work_of(whole, task(2, whole, estimate_hours=6), task(3, whole, estimate_hours=4)) == {
        "Item 2": 6,
        "Item 3": 4,
    }


@pytest.mark.parametrize("label", ["ProjectWin", "llProduct"])
def test_a_win_or_a_lesson_is_work_unless_it_stands_in_the_raid_log(label: str) -> None:
    assert work_of(make_item(1, labels=(label,), estimate_hours=2)) == {"Item 1": 2}
    assert work_of(make_item(1, labels=(label, LABELS.raid.log), estimate_hours=2)) == {}


def test_what_only_the_parent_was_given_is_shared_evenly() -> None:
    whole = make_item(1, estimate_hours=15, weight=6)
    parts = [task(n, whole) for n in (2, 3, 4)]
    found = break_down(make_engagement(items=[whole, *parts]), LABELS).work
    assert [(item.estimate_hours, item.weight) for item in found] == [(5, 2)] * 3


def test_the_nearest_parent_is_shared_and_a_part_with_its_own_keeps_the_rest_from_it() -> None:
    phase = epic(90, estimate_hours=100)
    whole = make_item(1, parent=phase.ref, estimate_hours=10)
    assert work_of(phase, whole, task(2, whole), task(3, whole)) == {"Item 2": 5, "Item 3": 5}
    assert work_of(phase, whole, task(2, whole, estimate_hours=3), task(3, whole)) == {"Item 2": 3, "Item 3": None}


def test_paperwork_below_an_item_is_no_part_of_it() -> None:
    whole = make_item(1, estimate_hours=16)
    assert work_of(whole, task(2, whole, labels=["PS Risk"])) == {"Item 1": 16}


def test_parents_that_go_in_a_circle_hold_nothing() -> None:
    first, second = make_item(1), make_item(2)
    first, second = replace(first, parent=second.ref), replace(second, parent=first.ref)
    alone = replace(make_item(3), parent=make_item(3).ref)
    assert set(work_of(first, second, alone)) == {"Item 1", "Item 2", "Item 3"}


def test_a_part_without_dates_milestone_or_people_has_those_of_its_issue_but_not_of_its_epic() -> None:
    phase = epic(90, due_date="2026-12-01", milestone="Phase", assignees=("eve",))
    whole = make_item(1, parent=phase.ref, due_date="2026-10-01", milestone="Design", assignees=("ann",))
    part, own = task(2, whole), task(3, whole, milestone="Build", assignees=("bob",))
    plain = make_item(4, parent=phase.ref)
    found = break_down(make_engagement(items=[phase, whole, part, own, plain]), LABELS).work
    told = [(item.milestone, item.due_date and f"{item.due_date:%m-%d}", item.assignees) for item in found]
    assert told == [("Design", "10-01", ("ann",)), ("Build", None, ("bob",)), (None, None, ())]


def test_hours_on_a_container_are_spent() -> None:
    whole = make_item(1, estimate_hours=16)
    parts = [task(2, whole, closed="2026-10-01"), task(3, whole)]
    found = derived(make_engagement(items=[whole, *parts], timelogs=[make_log(whole, 5), make_log(parts[0], 6)]))
    assert found["budget"]["hours_spent"] == 11
    assert found["progress"]["percent"] == 0.5


# -- growth


def test_splitting_an_item_is_no_growth_and_adding_one_is() -> None:
    flat = [make_item(n, estimate_hours=8) for n in range(1, 5)]
    parts = [task(n, flat[0], estimate_hours=6, created_at="2026-09-15") for n in (11, 12)]
    scope = derived(make_engagement(items=[*flat, *parts]))["scope"]
    assert (scope["baseline_items"], scope["added"], scope["growth"]) == (4, 0, 0)
    more = make_item(9, estimate_hours=8, created_at="2026-09-15")
    assert derived(make_engagement(items=[*flat, *parts, more]))["scope"]["growth"] == pytest.approx(8 / 32)


def test_new_work_in_an_old_epic_is_growth_unless_the_epic_had_a_size() -> None:
    old = [make_item(n, estimate_hours=8) for n in range(1, 5)]
    folder, sized = epic(90), epic(91, estimate_hours=8)
    late = make_item(9, estimate_hours=8, created_at="2026-09-15")
    assert derived(make_engagement(items=[*old, folder, replace(late, parent=folder.ref)]))["scope"]["added"] == 1
    assert derived(make_engagement(items=[*old, sized, replace(late, parent=sized.ref)]))["scope"]["added"] == 0


# -- closed is not done


@pytest.mark.parametrize("how", [{"outcome": "dropped"}, {"labels": ["DUPLICATE"]}, {"labels": ["Won't do"]}])
def test_what_was_closed_without_being_done_is_scope_taken_away(how: dict[str, Any]) -> None:
    items = [make_item(1, estimate_hours=8, closed="2026-10-01", outcome="done")]
    items += [make_item(n, estimate_hours=8, closed="2026-10-02", **how) for n in (2, 3)]
    items += [make_item(n, estimate_hours=8) for n in (4, 5)]
    found = derived(make_engagement(items=items, timelogs=[make_log(items[0], 8), make_log(items[1], 3)]))
    assert (found["progress"]["done"], found["progress"]["total"]) == (8, 24)
    assert (found["scope"]["removed"], found["scope"]["dropped_hours"]) == (2, 3)
    assert found["scope"]["baseline_items"] == 5
    assert found["budget"]["hours_spent"] == 11, "what was spent is spent"


def test_an_open_item_is_not_dropped_whatever_its_labels() -> None:
    found = break_down(make_engagement(items=[make_item(1, labels=["duplicate"])]), LABELS)
    assert (len(found.work), len(found.dropped)) == (1, 0)


def test_labels_that_mean_dropped_are_configured() -> None:
    gone = make_item(1, closed="2026-10-01", labels=["obsolete"])
    labels = make_settings(labels={"dropped": ["Obsolete"]}).labels
    assert break_down(make_engagement(items=[gone]), labels).dropped == (gone,)


def test_a_label_that_means_dropped_may_be_a_prefix() -> None:
    labels = make_settings(labels={"dropped": ["Closed::", "no-"]}).labels
    gone = [
        make_item(n, closed="2026-10-01", labels=[name]) for n, name in enumerate(("closed::Stale", "NO-budget"), 1)
    ]
    done = make_item(3, closed="2026-10-01", labels=["closed", "not now"])
    found = break_down(make_engagement(items=[*gone, done]), labels)
    assert (found.dropped, found.work) == (tuple(gone), (done,))


def test_dropping_neither_earns_nor_speeds_up_the_forecast() -> None:
    done = [make_item(n, estimate_hours=8, closed="2026-10-01") for n in range(1, 5)]
    rest = [make_item(n, estimate_hours=8) for n in range(5, 10)]
    gone = [make_item(n, estimate_hours=8, closed="2026-11-02", outcome="dropped") for n in range(10, 20)]
    plain, with_dropped = (derived(make_engagement(items=items)) for items in ([*done, *rest], [*done, *rest, *gone]))
    assert plain["forecast"] == with_dropped["forecast"]
    assert plain["schedule"] == with_dropped["schedule"]


# -- equal structures


def flat_items(sizes: list[int], closed: list[bool]) -> list[Item]:
    """Issues at the start, each of some even number of hours, two of them dated, the first ones closed one a week."""
    return [
        make_item(
            n,
            estimate_hours=2.0 * size,
            closed=datetime(2026, 9, 1 + n, 12, tzinfo=UTC) if done else None,
            due_date="2026-10-09" if n % 4 == 0 else None,
        )
        for n, (size, done) in enumerate(zip(sizes, closed, strict=True), 1)
    ]


def split(item: Item, with_estimates: bool) -> list[Item]:
    """The issue and its two tasks, all closed when it was."""
    half = (item.estimate_hours or 0) / 2 if with_estimates else None
    parts = [
        replace(item, ref=f"{item.ref}{n}", type="task", parent=item.ref, estimate_hours=half, due_date=None)
        for n in (1, 2)
    ]
    return [replace(item, estimate_hours=None if with_estimates else item.estimate_hours), *parts]


def under_epics(items: list[Item], states: tuple[ItemState, ItemState]) -> list[Item]:
    phases = [replace(epic(90 + n), state=state, closed_at=None) for n, state in enumerate(states)]
    return [*phases, *(replace(item, parent=phases[n % 2].ref) for n, item in enumerate(items))]


@settings(max_examples=12, deadline=None)
@given(data=st.data(), count=st.integers(4, 9))
def test_the_same_work_gives_the_same_figures_in_every_structure(data: st.DataObject, count: int) -> None:
    sizes = data.draw(st.lists(st.integers(1, 20), min_size=count, max_size=count))
    closed = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    items = flat_items(sizes, closed)
    logs = [make_log(item, 3, "2026-10-12") for item in items]
    plain = derived(make_engagement(items=items, timelogs=logs))
    for state in ItemState:
        assert _plain(
            derived(make_engagement(items=under_epics(items, (state, ItemState.OPENED)), timelogs=logs))
        ) == _plain(plain)
    for with_estimates in (True, False):
        parts = [part for item in items for part in split(item, with_estimates)]
        assert _counted_alike(derived(make_engagement(items=parts, timelogs=logs)), plain)


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    return found


def _counted_alike(split_up: dict[str, Any], plain: dict[str, Any]) -> bool:
    """Shares, values, hours and dates; an item count is the number of items."""
    for name, keys in {
        "progress": ("percent", "done", "total"),
        "schedule": ("planned_value", "earned_value", "spi", "spi_t"),
        "budget": ("hours_spent", "burn", "cpi", "eac_hours"),
        "scope": ("growth", "removed"),
    }.items():
        for key in keys:
            assert split_up[name][key] == pytest.approx(plain[name][key]), (name, key)
    assert split_up["forecast"]["finish"] == plain["forecast"]["finish"]
    assert split_up["forecast"]["effort_hours"] == pytest.approx(plain["forecast"]["effort_hours"], rel=1e-3)
    return True


def test_a_start_on_a_day_of_rest_plans_as_one_on_the_next_working_day() -> None:
    items = [make_item(n, estimate_hours=8, closed="2026-09-10" if n < 4 else None) for n in range(1, 9)]
    logs = [make_log(item, 5, "2026-09-09") for item in items[:4]]
    saturday, monday = (
        derived(make_engagement(items=items, timelogs=logs, facts={"start": start, "baseline": "2026-08-03"}))
        for start in ("2026-08-01", "2026-08-03")
    )
    assert saturday == monday


# -- however deep


def test_a_chain_of_thousands_is_walked_once_and_held_once() -> None:
    chain = tuple(epic(n, parent=f"acme/customers/globex&{n - 1}" if n > 1 else None) for n in range(1, 10_001))
    found = break_down(make_engagement(items=chain), LABELS)
    assert [item.ref for item in found.work] == ["acme/customers/globex&10000"]
    assert len(found.containers) == len(found.above[found.work[0].ref]) == 9_999


def test_what_lies_in_one_container_shares_what_is_above_it() -> None:
    top, inner = epic(1), epic(2, parent="acme/customers/globex&1")
    parts = [make_item(n, parent=inner.ref) for n in range(3, 6)]
    first, *others = break_down(make_engagement(items=(top, inner, *parts)), LABELS).above.values()
    assert first == (inner.ref, top.ref)
    assert all(chain is first for chain in others)


def test_a_circle_of_thousands_holds_nothing() -> None:
    size = 5_000
    circle = tuple(epic(n, parent=f"acme/customers/globex&{n % size + 1}") for n in range(1, size + 1))
    assert break_down(make_engagement(items=circle), LABELS).containers == {}
