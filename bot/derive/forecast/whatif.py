"""What if: more hours, another end, more or fewer people, held against the forecast as it is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date

from bot.derive.forecast.engagement import EngagementForecast, forecast_engagement
from bot.derive.forecast.history import make_history
from bot.derive.forecast.reference import Reference
from bot.derive.forecast.situation import Assumptions
from bot.derive.subject import Subject
from bot.errors import UsageError
from bot.model import Engagement, Item, Portfolio

EXAMPLE = "group&7: end=2027-01-31, add_hours=80, people=+1"
RECENT_DAYS = 28
WHAT_IF = "what-if"


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
        raise UsageError(f"{text!r} is no scenario", advice=f"Write it like '{EXAMPLE}'.")
    values: dict[str, str] = {}
    for part in rest.split(","):
        key, equals, value = (p.strip() for p in part.partition("="))
        if not equals or key not in ("end", "add_hours", "people") or key in values:
            raise UsageError(
                f"{part.strip()!r} is no change", advice=f"Known are end, add_hours and people, once each: '{EXAMPLE}'."
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
        raise UsageError(f"end={text} is no date", advice="Write it like 2027-01-31.") from problem


def _number(values: dict[str, str], key: str) -> float:
    text = values.get(key, "0")
    try:
        number = float(text)
    except ValueError as problem:
        raise UsageError(f"{key}={text} is no number", advice=f"Write it like '{EXAMPLE}'.") from problem
    if not math.isfinite(number):
        raise UsageError(f"{key}={text} is no number", advice=f"Write it like '{EXAMPLE}'.")
    return number


def apply_scenario(portfolio: Portfolio, scenario: Scenario, subject: Subject) -> Portfolio:
    """The portfolio with the engagement's added work and new SOW end. Raises UsageError when it isn't there."""
    if all(e.ref != scenario.ref for e in portfolio.engagements):
        raise UsageError(f"no engagement {scenario.ref}", advice="Give its reference as `psbot status` shows it.")
    changed = tuple(_changed(e, scenario, subject) if e.ref == scenario.ref else e for e in portfolio.engagements)
    return replace(portfolio, engagements=changed)


def compare(
    subject: Subject, reference: Reference, scenario: Scenario, *, seed: int = 1, trials: int = 10_000
) -> Comparison:
    """Base and scenario by the same trials, so that only the change shows. Raises UsageError when nobody would be left."""
    base = forecast_engagement(subject, reference, seed=seed, trials=trials)
    changed = replace(subject, engagement=_with_hours(subject.engagement, scenario, subject))
    assumptions = Assumptions(pace_factor(subject, scenario), scenario.end)
    return Comparison(
        scenario, base, forecast_engagement(changed, reference, seed=seed, trials=trials, assumptions=assumptions)
    )


def pace_factor(subject: Subject, scenario: Scenario) -> float:
    """Pace with the change of people ÷ pace now: in proportion to those who logged time lately, else to the assignees."""
    if scenario.people == 0:
        return 1.0
    recent = {log.user for log in subject.engagement.timelogs if (subject.day - log.spent_at).days < RECENT_DAYS}
    team = len(recent or {user for item in subject.to_do for user in item.assignees}) or 1
    if team + scenario.people <= 0:
        raise UsageError(f"people={scenario.people:+g} leaves nobody", advice=f"{team} work on {scenario.ref} now.")
    return (team + scenario.people) / team


def _changed(engagement: Engagement, scenario: Scenario, subject: Subject) -> Engagement:
    found = _with_hours(engagement, scenario, subject)
    return found if scenario.end is None else replace(found, facts=replace(found.facts, end=scenario.end))


def _with_hours(engagement: Engagement, scenario: Scenario, subject: Subject) -> Engagement:
    """The engagement with one more open item, or with as many as the hours are worth where progress is counted in items.

    Negative hours take nothing away: which work would go is not known.
    """
    if scenario.add_hours <= 0:
        if scenario.add_hours < 0:
            raise UsageError(
                f"add_hours={scenario.add_hours:g} is negative", advice="Close the items that fall away instead."
            )
        return engagement
    history = make_history(engagement, subject.settings.labels, subject.calendar)
    born = min((i.created_at for i in engagement.items if i.created_at), default=None)
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
