"""What if: a change order approved, work dropped or added, people who join or are away, another start or end."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.config import LabelSettings
from bot.derive.forecast.capacity import week_hours
from bot.derive.forecast.constants import RAMP_UP_WEEKS
from bot.derive.forecast.engagement import EngagementForecast, forecast_engagement
from bot.derive.forecast.history import make_history
from bot.derive.forecast.reference import Reference
from bot.derive.labels import change_order_state
from bot.derive.scope.breakdown import work_items
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar, week_named, week_of
from bot.domain.errors import UsageError
from bot.domain.model import Booking, Engagement, Item, Portfolio
from bot.domain.vocabulary import ChangeOrderState, ItemState, ValueBasis

EXAMPLE = "group&7: end=2027-01-31, add_hours=80, people=+1"
KEYS = ("end", "add_hours", "people", "co", "drop", "start", "away", "person")
RECENT_DAYS = 28
WHAT_IF = "what-if"
DEFAULT_LABELS = LabelSettings()


@dataclass(frozen=True)
class Scenario:
    """Changes to one engagement: a new SOW end, hours of work added, people more or fewer (the pace in proportion),
    a change order approved, an item dropped, another start, an absence, people who join on a day."""

    ref: str
    end: date | None = None
    add_hours: float = 0.0
    people: float = 0.0
    co: str | None = None
    drop: str | None = None
    start: date | None = None
    away: tuple[str, date, date] | None = None
    joins: tuple[date, int] | None = None
    moves: tuple[str, date] | None = None
    """A person of other engagements who joins on a day, and leaves those."""


@dataclass(frozen=True)
class ScenarioComparison:
    """The forecast as it is and as it would be."""

    scenario: Scenario
    base: EngagementForecast
    changed: EngagementForecast


def parse_scenario(text: str) -> Scenario:
    """A scenario from `reference: key=value, …`. Raises UsageError that says what is wrong with which part."""
    ref, found, rest = text.partition(": ")
    if not found or not ref.strip() or not rest.strip():
        raise UsageError(f"{text!r} is not a scenario", advice=f"Write it like '{EXAMPLE}'.")
    values: dict[str, str] = {}
    for part in rest.split(","):
        key, equals, value = (p.strip() for p in part.partition("="))
        if not equals or key not in KEYS or key in values:
            raise UsageError(
                f"{part.strip()!r} is not a change",
                advice=f"Known are {', '.join(KEYS)}, once each: '{EXAMPLE}'.",
            )
        values[key] = value
    return Scenario(
        ref.strip(),
        end=_day("end", values["end"]) if "end" in values else None,
        add_hours=_number(values, "add_hours"),
        people=_number(values, "people"),
        co=values.get("co"),
        drop=values.get("drop"),
        start=_day("start", values["start"]) if "start" in values else None,
        away=_absence(values["away"]) if "away" in values else None,
        **(_joining(values["person"]) if "person" in values else {}),
    )


def _absence(text: str) -> tuple[str, date, date]:
    """`ann 2026-12-21..2027-01-08`."""
    user, _, days = text.partition(" ")
    first, dots, last = days.partition("..")
    if not user or not dots:
        raise UsageError(f"away={text} is not an absence", advice="Write it like 'away=ann 2026-12-21..2027-01-08'.")
    return user.lstrip("@"), _day("away", first), _day("away", last)


def _joining(text: str) -> dict[str, Any]:
    """`+1 from 2026-12-01`, `ann from 2026-12-01`."""
    match = re.fullmatch(r"(?:\+?([1-9]\d?)|@?([\w.-]+)) from (\S+)", text)
    if not match:
        raise UsageError(
            f"person={text} is not a person who joins",
            advice="Write it like 'person=+1 from 2026-12-01' or 'person=ann from 2026-12-01'.",
        )
    day = _day("person", match[3])
    return {"moves": (match[2], day)} if match[2] else {"joins": (day, int(match[1]))}


def _day(key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise UsageError(f"{key}={text} is not a date", advice="Write it like 2027-01-31.") from problem


def _number(values: dict[str, str], key: str) -> float:
    text = values.get(key, "0")
    try:
        number = float(text)
    except ValueError as problem:
        raise UsageError(f"{key}={text} is not a number", advice=f"Write it like '{EXAMPLE}'.") from problem
    if not math.isfinite(number):
        raise UsageError(f"{key}={text} is not a number", advice=f"Write it like '{EXAMPLE}'.")
    return number


def apply_scenario(
    portfolio: Portfolio, scenario: Scenario, day: date, calendar: WorkCalendar, labels: LabelSettings = DEFAULT_LABELS
) -> Portfolio:
    """The portfolio with that engagement changed. Raises UsageError when it isn't there or nobody would be left."""
    if all(e.ref != scenario.ref for e in portfolio.engagements):
        raise UsageError(f"no engagement {scenario.ref}", advice="Give its reference as `psbot status` shows it.")
    changed = (
        change_engagement(e, scenario, day, calendar, labels) if e.ref == scenario.ref else e
        for e in portfolio.engagements
    )
    return replace(portfolio, engagements=tuple(changed))


def compare(
    subject: Subject, reference: Reference, scenario: Scenario, *, seed: int = 1, trials: int = 10_000
) -> ScenarioComparison:
    """Base and scenario by the same trials, so that only the change shows."""
    labels = subject.settings.labels
    changed = change_engagement(subject.engagement, scenario, subject.day, subject.calendar, labels)
    scope = replace(subject.derived.scope, change_orders=()) if scenario.end else subject.derived.scope
    other = replace(subject, engagement=changed, derived=replace(subject.derived, scope=scope))
    base, found = (forecast_engagement(s, reference, seed=seed, trials=trials) for s in (subject, other))
    return ScenarioComparison(scenario, base, found)


def change_engagement(
    engagement: Engagement, scenario: Scenario, day: date, calendar: WorkCalendar, labels: LabelSettings
) -> Engagement:
    """The engagement with added work, a new SOW end and another pace. A new end moves no work: only what it is held against."""
    found = _with_items(engagement, scenario, day, calendar, labels)
    more = scenario.add_hours + _hours_of_order(engagement, scenario) + _ramp_up(scenario, calendar)
    found = _with_hours(found, replace(scenario, add_hours=more), day, calendar, labels)
    what_if = replace(
        engagement.what_if,
        pace_factor=engagement.what_if.pace_factor * pace_factor(engagement, scenario, day, labels),
        joins=(*engagement.what_if.joins, *([scenario.joins] if scenario.joins else ())),
        moves=(*engagement.what_if.moves, *([scenario.moves] if scenario.moves else ())),
        away=(*engagement.what_if.away, *([scenario.away] if scenario.away else ())),
    )
    found = replace(found, what_if=what_if)
    if scenario.start is not None:
        found = _starting(found, scenario.start, day)
    if scenario.end is not None:
        planned = found.what_if.planned_end or engagement.facts.end
        found = replace(
            found,
            facts=replace(found.facts, end=scenario.end),
            items=tuple(map(_without_end, found.items)),
            what_if=replace(found.what_if, planned_end=planned),
        )
    return found


def _starting(engagement: Engagement, start: date, day: date) -> Engagement:
    """Another start. The work takes as long as it was planned to, and what is booked from the former start on moves along."""
    before = engagement.facts.start
    weeks = round((start - before).days / 7) if before and before > day else 0
    moved = (_shifted(b, weeks) for b in engagement.bookings) if weeks else engagement.bookings
    end, what_if = engagement.facts.end, engagement.what_if
    if end and before and before > day:
        what_if = replace(what_if, planned_end=(what_if.planned_end or end) + (start - before))
    return replace(engagement, facts=replace(engagement.facts, start=start), bookings=tuple(moved), what_if=what_if)


def _shifted(booking: Booking, weeks: int) -> Booking:
    try:
        first = week_named(booking.week).first
    except ValueError:
        return booking
    return replace(booking, week=week_of(first + timedelta(weeks=weeks)).name)


def _with_items(
    engagement: Engagement, scenario: Scenario, day: date, calendar: WorkCalendar, labels: LabelSettings
) -> Engagement:
    """The engagement with a change order approved today, and without an item that is dropped."""
    items = engagement.items
    if scenario.drop:
        gone = _item_of(engagement, scenario.drop, "drop").ref
        items = tuple(i for i in items if i.ref != gone)
    if scenario.co:
        order = _item_of(engagement, scenario.co, "co")
        if change_order_state(order, labels) != ChangeOrderState.PROPOSED:
            raise UsageError(f"co={scenario.co} is not an open change order", advice="Name one that is proposed.")
        items = tuple(_approved(i, day, calendar, labels) if i.ref == order.ref else i for i in items)
    return replace(engagement, items=items)


def _item_of(engagement: Engagement, name: str, key: str) -> Item:
    """The item of that reference, in full or as `#12`."""
    found = [i for i in engagement.items if i.ref == name or (name.startswith("#") and i.ref.endswith(name))]
    if len(found) != 1:
        raise UsageError(f"{key}={name} is not one item of {engagement.ref}", advice="Give its whole reference.")
    return found[0]


def _approved(item: Item, day: date, calendar: WorkCalendar, labels: LabelSettings) -> Item:
    at = datetime.combine(day, time(12), tzinfo=calendar.zone)
    approved, names = labels.change_order.approved, vars(labels.change_order).values()
    kept = tuple(label for label in item.labels if label not in names)
    return replace(
        item,
        labels=(*kept, approved),
        label_dates={**item.label_dates, approved: at},
        state=ItemState.CLOSED,
        closed_at=at,
    )


def _hours_of_order(engagement: Engagement, scenario: Scenario) -> float:
    """The work that an approved change order brings."""
    if not scenario.co:
        return 0.0
    given = _item_of(engagement, scenario.co, "co").facts.get("hours")
    return max(float(given), 0.0) if isinstance(given, int | float) else 0.0


def _ramp_up(scenario: Scenario, calendar: WorkCalendar) -> float:
    people = scenario.joins[1] if scenario.joins else int(scenario.moves is not None)
    return RAMP_UP_WEEKS * week_hours(calendar) * people


def _without_end(item: Item) -> Item:
    """A change order's end would win over the scenario's."""
    return replace(item, facts={k: v for k, v in item.facts.items() if k != "end"}) if "end" in item.facts else item


def pace_factor(engagement: Engagement, scenario: Scenario, day: date, labels: LabelSettings) -> float:
    """Pace with the change of people ÷ pace now: in proportion to those who logged time lately, else to the assignees."""
    if scenario.people == 0:
        return 1.0
    recent = {log.user for log in engagement.timelogs if 0 <= (day - log.spent_at).days < RECENT_DAYS}
    assigned = {user for item in work_items(engagement, labels) if item.is_open for user in item.assignees}
    team = len(recent or assigned) or 1
    if team + scenario.people <= 0:
        raise UsageError(f"people={scenario.people:+g} leaves nobody", advice=f"{team} work on {scenario.ref} now.")
    return (team + scenario.people) / team


def _with_hours(
    engagement: Engagement, scenario: Scenario, day: date, calendar: WorkCalendar, labels: LabelSettings
) -> Engagement:
    """The engagement with one more open item, or with as many as the hours are worth where progress is counted in items.

    Negative hours take nothing away: which work would go is not known.
    """
    if scenario.add_hours <= 0:
        if scenario.add_hours < 0:
            raise UsageError(
                f"add_hours={scenario.add_hours:g} is negative", advice="Close the items that fall away instead."
            )
        return engagement
    history = make_history(engagement, labels, calendar)
    born = datetime.combine(day, time(12), tzinfo=calendar.zone)
    item = Item(f"{engagement.ref}/{WHAT_IF}", "What-if", created_at=born)
    if history.basis == ValueBasis.HOURS or not len(history.value):
        return replace(engagement, items=(*engagement.items, replace(item, estimate_hours=scenario.add_hours)))
    per_unit = _hours_per_unit(engagement, float(history.value.sum()), float(history.log_hours.sum()))
    units = scenario.add_hours / per_unit
    if history.basis == ValueBasis.WEIGHT:
        return replace(engagement, items=(*engagement.items, replace(item, weight=units)))
    more = (replace(item, ref=f"{item.ref}-{n}") for n in range(max(1, round(units))))
    return replace(engagement, items=(*engagement.items, *more))


def _hours_per_unit(engagement: Engagement, units: float, spent: float) -> float:
    """Hours that a unit of value stands for: of the budget, else of what was spent."""
    hours = engagement.facts.hours or spent
    if hours <= 0 or units <= 0:
        raise UsageError(
            f"add_hours says nothing for {engagement.ref}", advice="It has neither estimates nor a budget in hours."
        )
    return hours / units
