"""The slip ledger: what moved when, and days lost by month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.derive.order_results import SlipCause
from bot.derive.results import EngagementDerived
from bot.derive.schedule.slips import days_lost, days_lost_by_month, delays, find_slips, known_causes
from bot.domain.calendar import WorkCalendar
from tests.builders import CALENDAR, make_engagement, make_item, make_milestone, make_settings

MOVED: dict[str, Any] = {
    "due_date": "2026-09-11",
    "due_history": [
        (None, "2026-09-04", "2026-08-05"),
        ("2026-09-04", "2026-09-18", "2026-08-20"),
        ("2026-09-18", "2026-09-11", "2026-09-02"),
    ],
}


def test_every_move_is_told_with_its_working_days() -> None:
    slips = find_slips([make_item(1, **MOVED)], [], CALENDAR)
    assert [(s.previous, s.new, s.on, s.days) for s in slips] == [
        (date(2026, 9, 4), date(2026, 9, 18), date(2026, 8, 20), 10),
        (date(2026, 9, 18), date(2026, 9, 11), date(2026, 9, 2), -5),
    ]


def test_a_date_taken_away_is_told_without_days() -> None:
    (slip,) = find_slips([make_item(due_history=[("2026-09-04", None, "2026-08-20")])], [], CALENDAR)
    assert (slip.new, slip.days) == (None, None)


def test_a_change_that_changes_nothing_is_no_slip() -> None:
    assert find_slips([make_item(due_history=[("2026-09-04", "2026-09-04", "2026-08-20")])], [], CALENDAR) == ()


def test_days_lost_are_those_of_the_milestones_when_there_are_dated_ones() -> None:
    items, milestones = [make_item(1, **MOVED), make_item(2, **MOVED)], [make_milestone(**MOVED)]
    assert days_lost_by_month(find_slips(items, milestones, CALENDAR), milestones) == {"2026-08": 10, "2026-09": -5}
    assert days_lost_by_month(find_slips(items[:1], [], CALENDAR), []) == {"2026-08": 10, "2026-09": -5}


def test_a_move_late_in_the_evening_counts_in_the_local_month() -> None:
    calendar = WorkCalendar(timezone="America/New_York")
    slips = find_slips(
        [make_item(due_history=[("2026-09-04", "2026-09-07", "2026-09-01T02:00:00+00:00")])], [], calendar
    )
    assert days_lost_by_month(slips, []) == {"2026-08": 1}


def test_a_milestone_that_never_moved_hides_no_moves_of_items() -> None:
    items, milestones = [make_item(1, **MOVED)], [make_milestone(due_date="2026-12-01")]
    assert days_lost_by_month(find_slips(items, milestones, CALENDAR), milestones, items) == {
        "2026-08": 10,
        "2026-09": -5,
    }


def test_days_lost_are_told_by_the_cause_that_people_gave() -> None:
    stones = [
        make_milestone("Design", **MOVED),
        make_milestone("Build", due_history=[("2026-10-02", "2026-10-06", "2026-08-25")]),
    ]
    counted = delays(find_slips([], stones, CALENDAR), stones)
    assert days_lost(counted, {"Design": "client"}) == {
        "2026-08": {"client": 10, "unknown": 2},
        "2026-09": {"client": -5},
    }


def test_a_cause_is_what_people_said_else_what_waits_or_blocks() -> None:
    waiting = make_item(1, title="Firewall", milestone="Build", labels=("waiting::customer",))
    blocked = make_item(2, title="Cut-over", milestone="Roll out", blocked_by=("g/p#1",))
    engagement = make_engagement(items=(waiting, blocked))
    derived = EngagementDerived("g&1")
    labels = make_settings().labels
    evident = {"Firewall": "client", "Build": "client", "Cut-over": "blocked", "Roll out": "blocked"}
    assert known_causes(derived, engagement, labels) == evident
    said = SlipCause("Build", "internal", "our fault", "dana", datetime(2026, 11, 1, tzinfo=UTC))
    assert known_causes(replace(derived, causes=(said,)), engagement, labels)["Build"] == "internal"
