"""What-if: scenarios read, refused, and held against the base."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.config import Settings
from bot.derive.forecast import (
    Reference,
    Scenario,
    apply_scenario,
    apply_scenarios,
    asked_of_people,
    compare,
    forecast_engagement,
    levelled,
    parse_scenario,
)
from bot.derive.people.availability import Availability
from bot.derive.people.capacity import booked_hours
from bot.derive.pipeline import derive_portfolio
from bot.derive.subject import Subject
from bot.domain.errors import UsageError
from bot.domain.model import Booking, Portfolio
from bot.domain.snapshot import dump_snapshot
from bot.domain.vocabulary import ItemState
from tests.builders import CALENDAR, REF, make_item, make_log, make_settings, make_subject


def subject(**values: Any) -> Subject:
    items = [make_item(n, estimate_hours=10, closed=f"2026-{8 + n // 3:02}-{5 + 9 * (n % 3):02}") for n in range(8)]
    logs = [make_log(item, 10, item.closed_at.date(), user="ann") for item in items if item.closed_at]
    items += [make_item(20 + n, estimate_hours=10, assignees=("ann", "bob")) for n in range(6)]
    given: dict[str, Any] = {"items": items, "timelogs": logs, "on": "2026-10-30"}
    return make_subject(**given | values)


def test_a_scenario_is_read() -> None:
    found = parse_scenario("group&7: end=2027-01-31, add_hours=80, people=+1")
    assert found == Scenario("group&7", date(2027, 1, 31), 80.0, 1.0)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("group&7", "not a scenario"),
        ("group&7: ", "not a scenario"),
        ("group&7: budget=3", "not a change"),
        ("group&7: end=soon", "not a date"),
        ("group&7: people=many", "not a number"),
        ("group&7: people=nan", "not a number"),
        ("group&7: people=1, people=2", "not a change"),
        ("g&7: away=bob", "not an absence"),
        ("g&7: person=+1", "not a person who joins"),
        ("g&7: start=soon", "not a date"),
    ],
)
def test_what_is_wrong_is_said(text: str, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        parse_scenario(text)


def test_more_hours_finish_later_and_cost_more() -> None:
    found = compare(subject(), Reference(), Scenario(REF, add_hours=80), trials=200)
    base, changed = found.base.forecast, found.changed.forecast
    assert changed.finish.p50 > base.finish.p50  # type: ignore[operator]
    assert changed.effort_hours.p50 - base.effort_hours.p50 == pytest.approx(80, rel=0.25)  # type: ignore[operator]


def test_added_hours_leave_the_past_as_it_was() -> None:
    facts = {"billing": "fixed_price", "recognition": "percent_complete", "value": 20_000.0}
    found = compare(subject(facts=facts, on="2026-11-20"), Reference(), Scenario(REF, add_hours=80), trials=200)
    base, changed = (f.forecast.revenue["FY27-Q3"] for f in (found.base, found.changed))
    assert base.actual == changed.actual > 0


def test_another_person_finishes_earlier() -> None:
    found = compare(subject(), Reference(), Scenario(REF, people=1), trials=200)
    assert found.changed.forecast.finish.p50 < found.base.forecast.finish.p50  # type: ignore[operator]


def test_a_later_end_is_easier_to_make_and_moves_no_work() -> None:
    found = compare(subject(), Reference(), Scenario(REF, end=date(2027, 6, 30)), trials=200)
    base, changed = found.base.forecast, found.changed.forecast
    assert changed.finish == base.finish
    assert changed.on_time_probability > base.on_time_probability  # type: ignore[operator]


def test_no_change_changes_nothing() -> None:
    found = compare(subject(), Reference(), Scenario(REF), trials=200)
    assert found.base.forecast == found.changed.forecast


def test_nobody_left_is_refused() -> None:
    with pytest.raises(UsageError, match="leaves nobody"):
        compare(subject(), Reference(), Scenario(REF, people=-5), trials=50)


def test_hours_become_items_where_items_are_counted() -> None:
    plain = subject(items=[make_item(n) for n in range(10)], timelogs=[])
    changed = apply_scenario(Portfolio((plain.engagement,)), Scenario(REF, add_hours=30), plain.day, CALENDAR)
    assert len(changed.engagements[0].items) == 13  # a budget of 100 h for ten items: ten hours each


def test_the_changed_portfolio_carries_the_end() -> None:
    plain = subject()
    changed = apply_scenario(Portfolio((plain.engagement,)), Scenario(REF, end=date(2027, 6, 30)), plain.day, CALENDAR)
    assert changed.engagements[0].facts.end == date(2027, 6, 30)
    assert plain.engagement.facts.end == date(2026, 12, 18)


def test_an_unknown_engagement_is_refused() -> None:
    with pytest.raises(UsageError, match="no engagement"):
        apply_scenario(Portfolio(), Scenario("other&1"), date(2026, 11, 20), CALENDAR)


def test_the_changed_portfolio_gives_the_same_forecast_as_the_comparison() -> None:
    plain, scenario = subject(), Scenario(REF, date(2027, 6, 30), 80, 1)
    changed = apply_scenario(Portfolio((plain.engagement,)), scenario, plain.day, CALENDAR).engagements[0]
    other = forecast_engagement(replace(plain, engagement=changed), Reference(), trials=200)
    assert other.forecast == compare(plain, Reference(), scenario, trials=200).changed.forecast


def test_a_scenario_is_in_no_snapshot() -> None:
    plain = subject()
    changed = apply_scenario(Portfolio((plain.engagement,)), Scenario(REF, people=1), plain.day, CALENDAR)
    assert dump_snapshot(changed) == dump_snapshot(Portfolio((plain.engagement,)))


def test_all_kinds_of_change_are_read_at_once() -> None:
    found = parse_scenario(
        "g&7: co=#30, drop=#21, start=2026-12-01, away=@bob 2026-12-21..2027-01-08, person=+2 from 2026-12-07"
    )
    assert (found.co, found.drop, found.start) == ("#30", "#21", date(2026, 12, 1))
    assert found.away == ("bob", date(2026, 12, 21), date(2027, 1, 8))
    assert found.joins == (date(2026, 12, 7), 2)


def test_an_approved_change_order_brings_hours_and_value_together() -> None:
    facts = {"billing": "fixed_price", "recognition": "percent_complete", "value": 20_000.0, "hours": 140.0}
    order = make_item(30, labels=["change-order::proposed"], facts={"hours": 60, "value": 9000})
    base = subject(facts=facts)
    with_order = replace(base.engagement, items=(*base.engagement.items, order))
    found = compare(replace(base, engagement=with_order), Reference(), Scenario(REF, co="#30"), trials=200)
    before, after = found.base.forecast, found.changed.forecast
    assert after.effort_hours.p50 - before.effort_hours.p50 == pytest.approx(60, rel=0.25)  # type: ignore[operator]
    assert after.finish.p50 > before.finish.p50  # type: ignore[operator]
    gained = sum(q.forecast for q in after.revenue.values()) - sum(q.forecast for q in before.revenue.values())
    assert gained == pytest.approx(9000, rel=0.05)


def test_a_change_order_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="not an open change order"):
        compare(subject(), Reference(), Scenario(REF, co="#20"), trials=50)
    with pytest.raises(UsageError, match="is not one item"):
        compare(subject(), Reference(), Scenario(REF, drop="#999"), trials=50)


def test_dropped_work_finishes_earlier_and_costs_less() -> None:
    found = compare(subject(), Reference(), Scenario(REF, drop="#20"), trials=200)
    assert found.changed.forecast.effort_hours.p50 < found.base.forecast.effort_hours.p50  # type: ignore[operator]
    assert found.changed.forecast.finish.p50 <= found.base.forecast.finish.p50  # type: ignore[operator]


def test_a_person_who_joins_soon_helps_more_than_one_who_joins_late_and_costs_first() -> None:
    def finish(day: date) -> date:
        found = compare(subject(), Reference(), Scenario(REF, joins=(day, 1)), trials=200)
        assert found.changed.forecast.effort_hours.p50 > found.base.forecast.effort_hours.p50  # type: ignore[operator]
        assert isinstance(found.changed.forecast.finish.p50, date)
        return found.changed.forecast.finish.p50

    base = forecast_engagement(subject(), Reference(), trials=200).forecast.finish.p50
    assert isinstance(base, date)
    assert finish(date(2026, 11, 2)) < base
    assert finish(date(2026, 11, 2)) < finish(date(2027, 2, 1))


def test_an_absence_of_who_does_the_work_finishes_later() -> None:
    found = compare(
        subject(), Reference(), Scenario(REF, away=("ann", date(2026, 11, 2), date(2026, 12, 11))), trials=200
    )
    assert found.changed.forecast.finish.p50 > found.base.forecast.finish.p50  # type: ignore[operator]


# -- several changes at once, and the people whom engagements share

OTHER = "acme/other&1"
PEOPLE = Availability(CALENDAR, {})


def weeks(user: str, first: int, last: int, hours: float = 40.0) -> tuple[Booking, ...]:
    return tuple(Booking(user, f"2026-W{n}", hours) for n in range(first, last + 1))


def two(*, here: tuple[Booking, ...] = (), there: tuple[Booking, ...] = ()) -> Portfolio:
    """The one in progress, and another that begins on 7 December."""
    running = replace(subject().engagement, bookings=here)
    facts = running.facts
    later = replace(
        running, ref=OTHER, facts=replace(facts, start=date(2026, 12, 7), end=date(2027, 3, 31)), timelogs=(), bookings=there,
        items=tuple(replace(i, ref=f"{OTHER}#{n}", state=ItemState.OPENED, closed_at=None) for n, i in enumerate(running.items)),
    )  # fmt: skip
    return Portfolio((running, later))


def changed(portfolio: Portfolio, *texts: str) -> tuple[Portfolio, Settings]:
    scenarios = [parse_scenario(text) for text in texts]
    return apply_scenarios(portfolio, scenarios, date(2026, 10, 30), CALENDAR, make_settings())


def finishes(portfolio: Portfolio, settings: Settings | None = None) -> dict[str, Any]:
    found = derive_portfolio(portfolio, date(2026, 10, 30), settings or make_settings(), CALENDAR, trials=100)
    return {e.ref: e.forecast.finish.p50 for e in found.engagements}


def test_an_absence_holds_in_every_engagement_that_the_person_works_on() -> None:
    portfolio = two(here=weeks("ann", 45, 52, 20), there=weeks("ann", 50, 52, 20))
    found, settings = changed(portfolio, f"{REF}: away=ann 2026-11-02..2027-01-29")
    base, scenario = finishes(portfolio), finishes(found, settings)
    assert scenario[REF] > base[REF]
    asked = asked_of_people(found, date(2026, 10, 30), Availability(CALENDAR, settings.people))
    assert {c.user for c in asked if c.hours > c.available} == {"ann"}


def test_a_person_who_moves_is_missing_where_they_were() -> None:
    portfolio = two(here=weeks("ann", 45, 53, 40), there=weeks("bob", 50, 53, 20))
    found, settings = changed(portfolio, f"{OTHER}: person=ann from 2026-12-07")
    base, scenario = finishes(portfolio), finishes(found, settings)
    assert scenario[OTHER] < base[OTHER]
    assert [b.week for b in found.engagements[0].bookings] == [f"2026-W{n}" for n in range(45, 50)]


def test_a_start_moves_its_bookings_and_what_two_engagements_then_ask_of_one_person_is_shared() -> None:
    portfolio = two(here=weeks("ann", 45, 49, 30), there=weeks("ann", 50, 53, 30))
    found, _ = changed(portfolio, f"{OTHER}: start=2026-11-09")
    assert finishes(found)[OTHER] < finishes(portfolio)[OTHER]
    assert [b.week for b in found.engagements[1].bookings] == [f"2026-W{n}" for n in range(46, 50)]
    over = [c for c in asked_of_people(found, date(2026, 10, 30), PEOPLE) if c.hours > c.available]
    assert over
    shared = levelled(portfolio, found, PEOPLE)
    totals = booked_hours(shared.engagements, "hard")["ann"]
    assert all(totals[c.week] <= 40.0001 for c in over)
    assert totals["2026-W45"] == 30


def test_what_was_overbooked_before_is_no_part_of_the_question() -> None:
    portfolio = two(here=weeks("ann", 45, 49, 30), there=weeks("ann", 45, 49, 30))
    found, _ = changed(portfolio, f"{REF}: end=2027-01-31")
    assert levelled(portfolio, found, PEOPLE) == found
