"""Open escalations and their clock. The day is Friday 2026-11-20."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.raid.escalations import derive_escalations
from bot.derive.results import Escalation
from bot.domain.model import Item
from tests.builders import at, make_item, make_settings, make_subject


def _item(number: int = 1, labels: tuple[str, ...] = (), **values: Any) -> Item:
    return make_item(number, **{"title": "CIO", "labels": ("Escalated", *labels), "updated_at": "2026-11-18"} | values)


def _escalation(item: Item, **values: Any) -> Escalation:
    [found] = derive_escalations(make_subject(items=[item], **values))
    return found


def test_an_escalation_is_read_whole() -> None:
    facts = {"path_to_green": "Second runner", "exit_criteria": "Pipelines < 10 min", "owner": "dana"}
    item = _item(labels=("severity::high",), facts=facts, label_dates={"Escalated": "2026-11-10"})
    found = _escalation(item)
    assert (found.ref, found.title, found.severity, found.age_days, found.owner) == (
        item.ref,
        "CIO",
        "high",
        10,
        "dana",
    )
    assert (found.has_path_to_green, found.has_exit_criteria) == (True, True)


@pytest.mark.parametrize(
    ("severity", "due"),
    [("critical", "2026-11-19"), ("high", "2026-11-20"), ("medium", "2026-11-25"), ("low", "2026-12-02")],
)
def test_the_next_update_is_due_by_severity(severity: str, due: str) -> None:
    """Updated on Wednesday 2026-11-18: a day, two days, a week, two weeks of working days later."""
    found = _escalation(_item(labels=(f"severity::{severity}",)))
    assert found.update_due == date.fromisoformat(due)
    assert found.overdue is (severity == "critical")


def test_due_today_is_not_overdue_and_weekends_do_not_count() -> None:
    assert _escalation(_item(labels=("severity::critical",), updated_at="2026-11-19")).overdue is False
    friday = _item(labels=("severity::critical",), updated_at="2026-11-20")
    assert _escalation(friday, on="2026-11-23").overdue is False
    assert _escalation(friday, on="2026-11-24").overdue is True


def test_the_cadence_is_configurable() -> None:
    slow = make_settings(thresholds={"escalation_critical_days": 3})
    assert _escalation(_item(labels=("severity::critical",)), settings=slow).update_due == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("values", "severity"),
    [
        ({}, "medium"),
        ({"labels": ("severity::odd",)}, "medium"),
        ({"labels": ("severity::Critical",)}, "critical"),
        ({"labels": ("severity::low",), "facts": {"severity": "High"}}, "high"),
        ({"labels": ("PS Risk", "PS:: Priority High")}, "high"),
        ({"labels": ("PS Risk", "PS:: Priority High", "severity::low")}, "low"),
    ],
)
def test_severity_comes_from_facts_then_label_then_raid_level(values: dict[str, Any], severity: str) -> None:
    assert _escalation(_item(**values)).severity == severity


def test_age_counts_from_the_label_else_from_creation() -> None:
    assert _escalation(_item(created_at="2026-11-01", label_dates={"Escalated": "2026-11-18"})).age_days == 2
    assert _escalation(_item(created_at="2026-11-01")).age_days == 19


def test_being_escalated_is_an_update_itself() -> None:
    item = _item(labels=("severity::critical",), updated_at="2026-10-01", label_dates={"Escalated": "2026-11-19"})
    assert _escalation(item).update_due == date(2026, 11, 20)


def test_blank_facts_are_no_way_out() -> None:
    found = _escalation(_item(facts={"path_to_green": "  ", "exit_criteria": None}))
    assert (found.has_path_to_green, found.has_exit_criteria) == (False, False)


def test_closed_ones_and_other_issues_are_none() -> None:
    items = [_item(1, closed="2026-11-19"), make_item(2), make_item(3, labels=("PS Risk",))]
    assert derive_escalations(make_subject(items=items)) == ()


def test_the_worst_and_oldest_come_first() -> None:
    items = [
        _item(1, ("severity::low",)),
        _item(2, ("severity::high",), created_at="2026-11-10"),
        _item(3, ("severity::high",), created_at="2026-11-01"),
        _item(4, ("severity::critical",)),
    ]
    assert [e.ref[-1] for e in derive_escalations(make_subject(items=items))] == ["4", "3", "2", "1"]
    assert derive_escalations(make_subject(items=items[::-1])) == derive_escalations(make_subject(items=items))


def test_the_clock_runs_on_what_people_said_about_it_and_not_on_any_change() -> None:
    touched = _item(labels=("severity::high",), created_at="2026-11-02", updated_at="2026-11-20", updates=())
    assert _escalation(touched).update_due == date(2026, 11, 4)
    said = _item(labels=("severity::high",), updated_at="2026-11-20", updates=(at("2026-11-16"), at("2026-11-18")))
    assert _escalation(said).update_due == date(2026, 11, 20)
