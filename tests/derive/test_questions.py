"""The questions that rules, gates and colours share. The day is Friday 2026-11-20."""

from __future__ import annotations

from datetime import date

import pytest

from bot.derive.decisions import questions as ask
from bot.derive.decisions.status import computed_colour
from bot.derive.results import ChangeOrder, Rag, Risk, Scope, Status
from bot.domain.vocabulary import ChangeOrderState, Colour, RiskSource, Severity
from tests.builders import PROJECT, make_booking, make_item, make_log, make_milestone, make_subject


@pytest.mark.parametrize(
    ("due", "on", "days"),
    [
        ("2026-11-20", "2026-11-20", 0),
        ("2026-11-19", "2026-11-20", 1),
        ("2026-11-20", "2026-11-21", 1),  # a Saturday: past, though no working day has passed
        ("2026-11-20", "2026-11-24", 2),
        (None, "2026-11-20", 0),
    ],
)
def test_lateness_counts_working_days_and_is_at_least_one(due: str | None, on: str, days: int) -> None:
    assert ask.days_late(make_subject(on=on), date.fromisoformat(due) if due else None) == days


def test_an_item_is_due_with_its_milestone_where_it_has_no_date_of_its_own() -> None:
    milestones = [make_milestone("W", due_date="2026-12-04"), make_milestone("W", ref="g%1", due_date="2026-12-01")]
    subject = make_subject(milestones=milestones)
    assert ask.due_day(subject, make_item(milestone="W")) == date(2026, 12, 1)
    assert ask.due_day(subject, make_item(milestone="W", due_date="2026-12-09")) == date(2026, 12, 9)
    assert ask.due_day(subject, make_item(milestone="Other")) is None
    assert ask.due_day(subject, make_item()) is None


def test_the_end_of_the_sow_is_what_was_decided_last() -> None:
    def order(ref: str, state: ChangeOrderState, end: date | None, decided: date | None) -> ChangeOrder:
        return ChangeOrder(ref, "", state, end=end, decided=decided)

    orders = (
        order("x#1", ChangeOrderState.APPROVED, date(2027, 3, 1), date(2026, 10, 1)),
        order("x#2", ChangeOrderState.APPROVED, date(2027, 1, 15), date(2026, 11, 2)),
        order("x#3", ChangeOrderState.PROPOSED, date(2027, 6, 1), None),
        order("x#4", ChangeOrderState.APPROVED, None, date(2026, 11, 9)),
    )
    assert ask.sow_end(make_subject()) == date(2026, 12, 18)
    assert ask.sow_end(make_subject(derived={"scope": Scope(change_orders=orders)})) == date(2027, 1, 15)


def test_planning_lasts_ten_working_days() -> None:
    assert ask.in_planning(make_subject(facts={"start": "2026-11-09"})) is True
    assert ask.in_planning(make_subject(facts={"start": "2026-11-06"})) is False
    assert ask.in_planning(make_subject(facts={"start": None})) is True


def test_activity_is_any_change_or_hour_up_to_today() -> None:
    items = [make_item(updated_at="2026-11-10"), make_item(2, closed="2026-11-12")]
    assert ask.last_activity(make_subject(items=items)) == date(2026, 11, 12)
    assert ask.last_activity(make_subject(items=items, timelogs=[make_log(None, 1, "2026-11-16")])) == date(
        2026, 11, 16
    )
    assert ask.last_activity(make_subject(items=items, on="2026-11-11")) == date(2026, 11, 11)
    assert ask.last_activity(make_subject()) is None


def test_work_to_do_is_open_work_without_epics_and_paperwork() -> None:
    items = [
        make_item(1),
        make_item(2, closed="2026-11-02"),
        make_item(3, type="epic"),
        make_item(4, labels=("WE-time",)),
        make_item(5, labels=("work-at-risk",)),
        make_item(6, labels=("PS Risk",)),
        make_item(7, type="task"),
    ]
    assert [item.ref for item in make_subject(items=items).to_do] == [f"{PROJECT}#1", f"{PROJECT}#7"]


def test_the_pm_answers_before_an_assignee() -> None:
    assert ask.owner_of(make_subject(facts={"pm": "dana"}, assignees=["ann"])) == "dana"
    assert ask.owner_of(make_subject(assignees=["zoe", "ann"])) == "ann"
    assert ask.owner_of(make_subject()) is None


def test_days_left_in_the_quarter_are_working_days() -> None:
    """FY27-Q4 ends on Sunday 2027-01-31."""
    assert ask.days_left_in_quarter(make_subject(on="2027-01-25")) == 4
    assert ask.days_left_in_quarter(make_subject(on="2027-01-31")) == 0


def test_a_booking_of_no_week_has_none() -> None:
    week = ask.week_of_booking(make_booking("2026-W47", 1.0))
    assert week is not None
    assert week.first == date(2026, 11, 16)
    assert ask.week_of_booking(make_booking("soon", 1.0)) is None
    assert ask.week_of_booking(make_booking("2026-W54", 1.0)) is None


def test_the_colour_waits_for_no_one() -> None:
    green, yellow = Rag(Colour.GREEN), Rag(Colour.YELLOW)
    axes = Status(Colour.UNKNOWN, None, None, green, yellow, green)
    assert computed_colour(make_subject(derived={"status": axes})) == "yellow"
    critical = Risk("outage", RiskSource.REGISTER, Severity.CRITICAL, "")
    assert computed_colour(make_subject(derived={"status": axes, "risks": (critical,)})) == "red"
    assert computed_colour(make_subject(derived={"status": Status(Colour.GREEN, None, None, green, yellow)})) == "green"
