"""What if: more hours, another end, more or fewer people, held against the forecast as it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from bot.config import LabelSettings
from bot.derive.forecast.engagement import EngagementForecast, forecast_engagement
from bot.derive.forecast.history import make_history
from bot.derive.forecast.reference import Reference
from bot.derive.scope.breakdown import work_items
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.errors import UsageError
from bot.domain.model import Engagement, Item, Portfolio, WhatIf

EXAMPLE = "group&7: end=2027-01-31, add_hours=80, people=+1"
RECENT_DAYS = 28
WHAT_IF = "what-if"
DEFAULT_LABELS = LabelSettings()


@dataclass(frozen=True)
class Scenario:
    """Changes to one engagement: a new SOW end, hours of work added, people more or fewer (the pace in proportion)."""

    ref: str
    end: date | None = None
    add_hours: float = 0.0
    people: float = 0.0


@dataclass(frozen=True)
class Comparison:
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
        if not equals or key not in ("end", "add_hours", "people") or key in values:
            raise UsageError(
                f"{part.strip()!r} is not a change",
                advice=f"Known are end, add_hours and people, once each: '{EXAMPLE}'.",
            )
        values[key] = value
    return Scenario(
        ref.strip(),
        end=_day(values["end"]) if "end" in values else None,
        add_hours=_number(values, "add_hours"),
        people=_number(values, "people"),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise UsageError(f"end={text} is not a date", advice="Write it like 2027-01-31.") from problem


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
) -> Comparison:
    """Base and scenario by the same trials, so that only the change shows."""
    labels = subject.settings.labels
    changed = change_engagement(subject.engagement, scenario, subject.day, subject.calendar, labels)
    scope = replace(subject.derived.scope, change_orders=()) if scenario.end else subject.derived.scope
    other = replace(subject, engagement=changed, derived=replace(subject.derived, scope=scope))
    base, found = (forecast_engagement(s, reference, seed=seed, trials=trials) for s in (subject, other))
    return Comparison(scenario, base, found)


def change_engagement(
    engagement: Engagement, scenario: Scenario, day: date, calendar: WorkCalendar, labels: LabelSettings
) -> Engagement:
    """The engagement with added work, a new SOW end and another pace. A new end moves no work: only what it is held against."""
    found = _with_hours(engagement, scenario, day, calendar, labels)
    what_if = WhatIf(pace_factor(engagement, scenario, day, labels))
    if scenario.end is not None:
        what_if = replace(what_if, planned_end=engagement.facts.end)
        found = replace(
            found, facts=replace(found.facts, end=scenario.end), items=tuple(map(_without_end, found.items))
        )
    return replace(found, what_if=what_if)


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
    if history.basis == "hours" or not len(history.value):
        return replace(engagement, items=(*engagement.items, replace(item, estimate_hours=scenario.add_hours)))
    per_unit = _hours_per_unit(engagement, float(history.value.sum()), float(history.log_hours.sum()))
    units = scenario.add_hours / per_unit
    if history.basis == "weight":
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
