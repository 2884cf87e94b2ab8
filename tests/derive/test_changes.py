"""What changed between two derivations."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.derive.changes import EngagementChanges, compare, find_changes
from bot.derive.results import (
    Budget,
    Derived,
    EngagementDerived,
    Forecast,
    MilestoneStatus,
    Progress,
    Quantiles,
    Rag,
    Risk,
    Schedule,
    Status,
)
from tests.builders import CALENDAR, DAY

BEFORE = EngagementDerived(
    "g&1",
    "Globex",
    progress=Progress(percent=0.25, items_done=5, items_total=20),
    status=Status("green", schedule=Rag("green"), scope=Rag("green"), budget=Rag("green")),
    schedule=Schedule(
        milestones=(MilestoneStatus("Design", "m", due=date(2026, 11, 20), forecast=date(2026, 11, 20)),)
    ),
    budget=Budget(hours_budget=100, hours_spent=20),
    forecast=Forecast(finish=Quantiles(p50=date(2026, 12, 18))),
    risks=(Risk("overdue-items", "derived", "low", "2 items are late", ("g/p#1",)),),
)


def changed(**values: Any) -> EngagementChanges:
    return compare(BEFORE, replace(BEFORE, **values), CALENDAR)


def test_nothing_changed_is_quiet() -> None:
    assert changed().is_quiet
    assert changed(title="Renamed").is_quiet


def test_colours_that_changed_are_told_by_axis() -> None:
    found = changed(status=Status("red", schedule=Rag("red"), scope=Rag("green"), budget=Rag("green")))
    assert [(c.axis, c.before, c.after) for c in found.colours] == [
        ("overall", "green", "red"),
        ("schedule", "green", "red"),
    ]
    assert not found.is_quiet


def test_dates_that_moved_are_told_with_working_days() -> None:
    later = MilestoneStatus("Design", "m", due=date(2026, 11, 27), forecast=date(2026, 11, 19))
    found = changed(schedule=Schedule(milestones=(later,)), forecast=Forecast(finish=Quantiles(p50=date(2026, 12, 21))))
    assert [(m.what, m.days) for m in found.moves] == [("finish", 1), ("due", 5), ("forecast", -1)]


def test_a_milestone_done_since_is_told_once() -> None:
    done = replace(BEFORE, schedule=Schedule(milestones=(MilestoneStatus("Design", state="done"),)))
    assert compare(BEFORE, done, CALENDAR).milestones_done == ("Design",)
    assert compare(done, done, CALENDAR).is_quiet


def test_a_rule_that_says_the_same_with_other_figures_is_no_new_risk() -> None:
    same = Risk("overdue-items", "derived", "medium", "3 items are late", ("g/p#2",))
    assert changed(risks=(same,)).is_quiet


def test_risks_that_are_new_or_closed_are_told() -> None:
    new = Risk("risk", "register", "high", "Firewall", ("g/p#9",))
    found = changed(risks=(new,))
    assert (found.new_risks, found.closed_risks) == ((new,), BEFORE.risks)
    other = Risk("risk", "register", "high", "Firewall", ("g/p#10",))
    again = compare(replace(BEFORE, risks=(new,)), replace(BEFORE, risks=(other,)), CALENDAR)
    assert (again.new_risks, again.closed_risks) == ((other,), (new,))


def test_progress_and_hours_are_differences() -> None:
    found = changed(
        progress=Progress(percent=0.4, items_done=9, items_total=22), budget=Budget(hours_budget=120, hours_spent=30)
    )
    assert (round(found.progress or 0, 9), found.items_done, found.items_added) == (0.15, 4, 2)
    assert (found.hours_spent, found.hours_budget) == (10, 20)
    assert changed(progress=Progress(percent=None)).progress is None


def test_new_completed_and_gone_engagements_are_told() -> None:
    before = Derived(date(2026, 11, 13), "USD", (BEFORE, EngagementDerived("g&3")))
    after = Derived(DAY, "USD", (EngagementDerived("g&2"), replace(BEFORE, phase="complete")))
    found = find_changes(before, after, CALENDAR)
    assert [(e.ref, e.is_new, e.completed) for e in found.engagements] == [("g&2", True, False), ("g&1", False, True)]
    assert (found.gone, found.since, found.until) == (("g&3",), date(2026, 11, 13), DAY)
