"""The portfolio: counts, rates, groupings, order, capacity."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.people.availability import Availability
from bot.derive.people.capacity import booked_hours, derive_capacity, unreadable_weeks
from bot.derive.portfolio import derive_roll_up, is_on_budget, is_on_time, worst_first
from bot.derive.results import (
    Budget,
    ChangeOrder,
    Completion,
    EngagementDerived,
    Forecast,
    PortfolioRevenue,
    Risk,
    Scope,
    Status,
)
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.vocabulary import ChangeOrderState, Colour, RiskSource, Severity
from tests.builders import CALENDAR, DAY, make_booking, make_engagement, make_log, make_portfolio, make_subject

WEEK = "2026-W47"


def engagement(ref: str = "g&1", overall: Colour = Colour.GREEN, **derived: Any) -> EngagementDerived:
    return EngagementDerived(ref, status=Status(overall), **derived)


# -- order


def test_the_worst_stands_first() -> None:
    chance = {"forecast": Forecast(on_time_probability=0.2)}
    grave = {"risks": (Risk("x", RiskSource.DERIVED, Severity.HIGH, "!"),)}
    ordered = [
        engagement("g&9", Colour.RED),
        engagement("g&1", Colour.RED, phase="complete"),
        engagement("g&8", Colour.YELLOW, **grave),
        engagement("g&7", Colour.YELLOW, **chance),
        engagement("g&2", Colour.YELLOW),
        engagement("g&3", Colour.YELLOW),
        engagement("g&5", Colour.UNKNOWN),
        engagement("g&4", Colour.GREEN),
    ]
    assert [e.ref for e in sorted([*ordered[4:], *ordered[:4]], key=worst_first)] == [e.ref for e in ordered]


# -- rates


def complete(finish: str | None = "2026-12-18", spent: float = 90, **values: Any) -> Subject:
    derived = {
        "phase": "complete",
        "completion": Completion(completed_on=date.fromisoformat(finish) if finish else None),
        "budget": Budget(hours_budget=100, hours_spent=spent),
        **values.pop("derived", {}),
    }
    return make_subject(derived=derived, **values)


def roll_up(*subjects: Subject) -> Any:
    portfolio = make_portfolio(*(s.engagement for s in subjects))
    return derive_roll_up(subjects, portfolio, DAY, Availability(CALENDAR), PortfolioRevenue())


def test_rates_are_shares_of_the_completed_engagements_that_can_be_judged() -> None:
    found = roll_up(
        complete(),
        complete("2026-12-21", spent=101),
        complete(None, spent=0),
        make_subject(),
    )
    assert (found.on_time_rate, found.on_budget_rate, found.engagements) == (0.5, 0.5, 4)


def test_without_any_completed_engagement_there_is_no_rate() -> None:
    found = roll_up(make_subject())
    assert (found.on_time_rate, found.on_budget_rate, found.utilisation) == (None, None, None)


def test_the_agreed_end_is_that_of_the_change_order() -> None:
    order = ChangeOrder("g/p#1", "Later", ChangeOrderState.APPROVED, end=date(2027, 1, 15))
    assert is_on_time(complete("2027-01-15", derived={"scope": Scope(change_orders=(order,))})) is True
    assert is_on_time(complete("2027-01-15")) is False
    assert is_on_time(complete(facts={"end": None})) is None


def test_spending_exactly_the_budget_is_on_budget() -> None:
    assert is_on_budget(complete(spent=100)) is True
    assert is_on_budget(complete(derived={"budget": Budget(hours_spent=5)})) is None


def test_colours_are_counted_in_all_and_by_group() -> None:
    red = make_subject(facts={"region": "EMEA", "pm": "ann"}, derived={"status": Status(Colour.RED)})
    green = make_subject(facts={"region": "EMEA"}, labels=["partner::Globex"], derived={"status": Status(Colour.GREEN)})
    found = roll_up(red, green, make_subject())
    assert found.rag == {"green": 1, "yellow": 0, "red": 1, "unknown": 1}
    assert found.rag_by["region"] == {"EMEA": {"green": 1, "yellow": 0, "red": 1, "unknown": 0}}
    assert found.rag_by["partner"]["Globex"]["green"] == 1
    assert list(found.rag_by["pm"]) == ["ann"]


def test_an_empty_portfolio_is_calm() -> None:
    found = derive_roll_up((), make_portfolio(make_engagement()), DAY, Availability(CALENDAR), PortfolioRevenue())
    assert (found.engagements, found.capacity, found.utilisation) == (0, (), None)


def test_utilisation_is_of_the_whole_portfolio() -> None:
    subject = make_subject(timelogs=[make_log(None, 12, "2026-11-10")])
    assert roll_up(subject).utilisation == pytest.approx(0.1)


# -- capacity


def test_bookings_add_up_by_person_and_week_against_the_hours_there_are() -> None:
    engagements = [
        make_engagement(bookings=[make_booking(WEEK, 20), make_booking("2026-W48", 8, user="bob")]),
        make_engagement(ref="g&2", bookings=[make_booking(WEEK, 30), make_booking(WEEK, 5, kind="soft")]),
    ]
    hard, soft = booked_hours(engagements, "hard"), booked_hours(engagements, "soft")
    calendar = WorkCalendar(holidays=frozenset({date(2026, 11, 26)}))
    found = [
        (w.user, w.week, w.hours, w.soft_hours, w.available)
        for w in derive_capacity(hard, soft, DAY, Availability(calendar))
    ]
    assert found == [
        ("ann", "2026-W47", 50, 5, 40),
        ("ann", "2026-W48", 0, 0, 32),
        ("bob", "2026-W47", 0, 0, 40),
        ("bob", "2026-W48", 8, 0, 32),
    ]


def test_past_weeks_and_weeks_more_than_a_quarter_ahead_are_left_out() -> None:
    load = booked_hours([make_engagement(bookings=[make_booking("2026-W40", 8), make_booking("2027-W30", 8)])], "hard")
    assert derive_capacity(load, {}, DAY, Availability(CALENDAR)) == ()


def test_capacity_crosses_the_iso_year() -> None:
    load = booked_hours([make_engagement(bookings=[make_booking("2027-W01", 8)])], "hard")
    weeks = [week.week for week in derive_capacity(load, {}, date(2026, 12, 28), Availability(CALENDAR))]
    assert weeks == ["2026-W53", "2027-W01"]


def test_a_closed_engagement_asks_for_nobody() -> None:
    assert booked_hours([make_engagement(closed=DAY, bookings=[make_booking(WEEK, 8)])], "hard") == {}


def test_a_booking_whose_week_is_no_week_is_told() -> None:
    bookings = [make_booking(WEEK, 8), make_booking("2026-47", 8), make_booking("2026-W99", 8)]
    told = unreadable_weeks([make_engagement(bookings=bookings)])
    assert [("2026-47" in text, "2026-W99" in text) for text in map(str, told)] == [(True, False), (False, True)]
