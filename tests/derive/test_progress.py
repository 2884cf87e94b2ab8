"""Progress and phase: basis, value of an item without one, what is no work."""

from __future__ import annotations

import pytest

from bot.derive.results import Progress
from bot.derive.scope.progress import derive_phase, derive_progress, last_close
from bot.domain.model import Item
from bot.domain.vocabulary import ValueBasis
from tests.builders import DAY, make_engagement, make_item, make_log, make_milestone, make_subject


def progress_of(*items: Item) -> Progress:
    return derive_progress(make_subject(items=items))


def test_estimates_count_when_four_fifths_of_the_work_have_one() -> None:
    items = [make_item(n, estimate_hours=10, weight=1) for n in range(1, 5)]
    found = progress_of(*items, make_item(5, closed=DAY))
    assert (found.basis, found.done, found.total, found.percent) == ("hours", 10, 50, 0.2)


def test_weights_count_when_fewer_have_estimates() -> None:
    items = [make_item(n, estimate_hours=10, weight=3) for n in range(1, 4)]
    found = progress_of(*items, make_item(4, weight=5, closed=DAY), make_item(5, weight=3))
    assert (found.basis, found.done, found.total) == ("weight", 5, 17)


def test_else_every_item_counts_one() -> None:
    found = progress_of(make_item(1, estimate_hours=40, closed=DAY), make_item(2), make_item(3), make_item(4))
    assert (found.basis, found.percent) == ("count", 0.25)


def test_an_item_without_a_value_is_worth_the_median_of_the_others() -> None:
    values = [2, 4, 6, 100]
    items = [make_item(n, estimate_hours=hours) for n, hours in enumerate(values, 1)]
    found = progress_of(*items, make_item(5, closed=DAY))
    assert (found.done, found.total) == (5, 117)


def test_an_estimate_of_zero_counts_as_none() -> None:
    items = [make_item(n, estimate_hours=0, weight=0) for n in range(1, 6)]
    assert progress_of(*items).basis == "count"


def test_no_work_has_no_progress() -> None:
    assert progress_of() == Progress(basis=ValueBasis.COUNT, percent=None)


@pytest.mark.parametrize(
    "label",
    ["PS RAID Log", "PS Risk", "change-order::approved", "acceptance", "acceptance::sent", "Escalated"],
)
def test_what_is_no_work_counts_nowhere(label: str) -> None:
    work = [make_item(1, estimate_hours=10, closed=DAY), make_item(2, estimate_hours=30)]
    other = make_item(3, estimate_hours=500, weight=9, labels=[label])
    assert progress_of(*work, other) == progress_of(*work)


def test_counts_of_items_stand_beside_the_values() -> None:
    found = progress_of(make_item(1, estimate_hours=30, closed=DAY), make_item(2, estimate_hours=10))
    assert (found.items_done, found.items_total, found.percent) == (1, 2, 0.75)


# -- phase


def test_before_the_start_without_any_work_done_nothing_has_started() -> None:
    assert derive_phase(make_subject(items=[make_item()], facts={"start": "2026-12-01"})) == "not_started"
    assert derive_phase(make_subject(items=[make_item()], facts={"start": None})) == "not_started"


def test_hours_logged_or_work_closed_before_the_start_make_it_active() -> None:
    logged = make_subject(items=[make_item()], timelogs=[make_log(None, 1)], facts={"start": "2026-12-01"})
    closed = make_subject(items=[make_item(closed=DAY), make_item(2)], facts={"start": "2026-12-01"})
    assert (derive_phase(logged), derive_phase(closed)) == ("active", "active")


def test_from_the_start_day_on_it_is_active_though_nothing_is_done() -> None:
    assert derive_phase(make_subject(items=[make_item()], facts={"start": DAY.isoformat()})) == "active"


def test_a_closed_root_is_complete_whatever_is_open() -> None:
    assert derive_phase(make_subject(items=[make_item()], closed=DAY)) == "complete"


def test_all_work_closed_is_complete_unless_a_milestone_still_waits_for_its_work() -> None:
    done = make_item(closed=DAY)
    assert derive_phase(make_subject(items=[done])) == "complete"
    dated, closed = make_milestone("Go-live", due_date="2027-01-15"), make_milestone("Go-live", closed=DAY)
    assert derive_phase(make_subject(items=[done], milestones=[dated])) == "active"
    assert derive_phase(make_subject(items=[done], milestones=[closed])) == "complete"
    assert derive_phase(make_subject(items=[done], milestones=[make_milestone("Some day")])) == "complete"
    assert derive_phase(make_subject(items=[done], facts={"milestones": [{"milestone": "Go-live"}]})) == "active"


def test_an_undated_milestone_that_holds_work_ends_with_its_closing() -> None:
    """There new work is collected: that all of it is closed today says little."""
    done = make_item(closed=DAY, milestone="Release")
    assert derive_phase(make_subject(items=[done], milestones=[make_milestone("Release")])) == "active"
    assert derive_phase(make_subject(items=[done], milestones=[make_milestone("Release", closed=DAY)])) == "complete"


def test_an_open_raid_issue_does_not_keep_an_engagement_open() -> None:
    subject = make_subject(items=[make_item(closed=DAY), make_item(2, labels=["PS Risk"])])
    assert derive_phase(subject) == "complete"


def test_an_engagement_without_work_is_not_complete() -> None:
    assert derive_phase(make_subject(items=[])) == "active"


def test_the_last_close_is_that_of_the_work_else_of_the_root() -> None:
    items = [make_item(1, closed="2026-10-01"), make_item(2, closed="2026-11-02")]
    assert str(last_close(make_subject(items=items, closed="2026-11-18"))) == "2026-11-02"
    assert str(last_close(make_subject(items=[], closed="2026-11-18"))) == "2026-11-18"
    assert last_close(make_subject(make_engagement())) is None


def test_an_engagement_closed_with_work_left_open_ended_with_its_closing() -> None:
    items = [make_item(1, closed="2026-10-01"), make_item(2)]
    assert str(last_close(make_subject(items=items, closed="2026-11-18"))) == "2026-11-18"
