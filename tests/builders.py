"""Builders of test data: each makes one valid value, and takes what the test is about as keyword arguments.

Days may be given as `date` or ISO text, instants as `datetime`, `date` (its noon, UTC) or ISO text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from bot.config import Settings
from bot.derive.catalog import vocabulary
from bot.derive.results import EngagementDerived
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.facts import FACTS, MILESTONE_FACTS
from bot.domain.model import (
    Booking,
    DueChange,
    Engagement,
    Facts,
    Item,
    Milestone,
    MilestoneFact,
    Portfolio,
    TimeLog,
)
from bot.domain.vocabulary import BookingKind

DAY = date(2026, 11, 20)
"""A Friday in FY27-Q4 (Feb-start fiscal year)."""
REF = "acme/customers/globex&7"
PROJECT = "acme/customers/globex/migration"
CALENDAR = WorkCalendar()


def day(value: date | str | None) -> date | None:
    """A day from ISO text, or as it is."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def at(value: datetime | date | str | None) -> datetime | None:
    """An instant in UTC; a day alone is its noon."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(12), tzinfo=UTC)
    return value


def make_settings(**overrides: Any) -> Settings:
    """Settings with every default and every declared threshold; `thresholds={...}` changes some of them."""
    thresholds = {name: t.default for name, t in vocabulary().thresholds.items()} | overrides.pop("thresholds", {})
    namespaces = {"acme/ps-internal": "internal", "acme/customers": "customer"}
    values = {"portfolio": {"namespaces": namespaces}} | overrides
    return Settings.model_validate(values).model_copy(update={"thresholds": thresholds})


settings = make_settings


def make_facts(**facts: Any) -> Facts:
    """Facts of a T&M engagement of 100 hours at 200 an hour over 20 working weeks in 2026; keywords change them."""
    values: dict[str, Any] = {
        "customer": "Globex",
        "sow": "SOW-1",
        "billing": "time_and_materials",
        "value": 20_000.0,
        "hours": 100.0,
        "start": "2026-08-03",
        "end": "2026-12-18",
    } | facts
    for key in (key for key, fact in FACTS.items() if fact.unit == "date"):
        values[key] = day(values.get(key))
    values["milestones"] = tuple(
        make_milestone_fact(**m) if isinstance(m, Mapping) else m for m in values.get("milestones", ())
    )
    return Facts(**values)


def make_milestone_fact(milestone: str, **values: Any) -> MilestoneFact:
    for key in (key for key, fact in MILESTONE_FACTS.items() if fact.unit == "date"):
        values[key] = day(values.get(key))
    return MilestoneFact(milestone, **values)


def make_item(number: int = 1, **values: Any) -> Item:
    """Issue `number` of the project, created on the first day of the default facts; `closed=DAY` closes it."""
    closed = at(values.pop("closed", None))
    defaults: dict[str, Any] = {
        "ref": f"{PROJECT}#{number}",
        "title": f"Item {number}",
        "created_at": "2026-08-03",
        "state": "closed" if closed else "opened",
        "closed_at": closed,
    }
    values = defaults | values
    for key in ("created_at", "closed_at", "updated_at"):
        values[key] = at(values.get(key))
    for key in ("start_date", "due_date"):
        values[key] = day(values.get(key))
    values["label_dates"] = {label: at(when) for label, when in values.get("label_dates", {}).items()}
    values["labels"] = tuple(values.get("labels", ()))
    values["due_history"] = make_due_history(values.get("due_history", ()))
    return Item(**values)


def make_due_history(changes: Iterable[Any]) -> tuple[DueChange, ...]:
    """Due changes from `(previous, new, at)` triples."""
    return tuple(c if isinstance(c, DueChange) else DueChange(day(c[0]), day(c[1]), at(c[2])) for c in changes)  # type: ignore[arg-type]


def make_milestone(title: str = "Design", **values: Any) -> Milestone:
    """A milestone of the project; `closed=DAY` closes it."""
    closed = at(values.pop("closed", None))
    defaults: dict[str, Any] = {
        "title": title,
        "ref": f'{PROJECT}%"{title}"',
        "state": "closed" if closed else "active",
        "closed_at": closed,
    }
    values = defaults | values
    for key in ("start_date", "due_date"):
        values[key] = day(values.get(key))
    values["due_history"] = make_due_history(values.get("due_history", ()))
    return Milestone(**values)


def make_log(item: Item | str | None, hours: float, on: date | str = DAY, user: str = "ann", **values: Any) -> TimeLog:
    ref = item.ref if isinstance(item, Item) else item
    spent_at = day(on)
    assert spent_at is not None
    return TimeLog(ref, user, spent_at, hours, **values)


def make_booking(week: str, hours: float, user: str = "ann", kind: str = "hard") -> Booking:
    return Booking(user, week, hours, BookingKind(kind))


def make_engagement(**values: Any) -> Engagement:
    """An engagement with the default facts and no items; `facts` may be keywords of `make_facts`."""
    closed = at(values.pop("closed", None))
    facts = values.get("facts", {})
    defaults: dict[str, Any] = {
        "ref": REF,
        "title": "Globex migration",
        "web_url": "https://gitlab.example.com/groups/acme/customers/globex/-/epics/7",
        "created_at": "2026-08-03",
        "state": "closed" if closed else "opened",
        "closed_at": closed,
        "labels": ("PSProject",),
    }
    values = defaults | values | {"facts": make_facts(**facts) if isinstance(facts, Mapping) else facts}
    for key in ("created_at", "closed_at"):
        values[key] = at(values.get(key))
    values["due_date"] = day(values.get("due_date"))
    values["label_dates"] = {label: at(when) for label, when in values.get("label_dates", {}).items()}
    for key in ("items", "milestones", "timelogs", "bookings", "labels", "fact_faults", "assignees"):
        values[key] = tuple(values.get(key, ()))
    return Engagement(**values)


def make_subject(engagement: Engagement | None = None, on: date | str = DAY, **values: Any) -> Subject:
    """A subject as of `on`, with nothing derived yet; keywords that name no field of Subject build the engagement.

    `derived` may be an EngagementDerived or keywords of one. The engagement is taken as it stands: no replay.
    """
    fields = ("calendar", "settings", "derived", "elsewhere", "load", "members")
    given = {key: values.pop(key) for key in fields if key in values}
    engagement = engagement or make_engagement(**values)
    derived = given.pop("derived", {})
    if isinstance(derived, Mapping):
        base = EngagementDerived(engagement.ref, engagement.title, engagement.facts.customer or "")
        derived = replace(base, **derived)
    as_of = day(on)
    assert as_of is not None
    calendar = given.pop("calendar", CALENDAR)
    chosen = given.pop("settings", None) or make_settings()
    return Subject(engagement, as_of, calendar, chosen, derived, **given)


def make_portfolio(*engagements: Engagement, **values: Any) -> Portfolio:
    values["taken_at"] = at(values.get("taken_at", DAY))
    return Portfolio(engagements=engagements or (make_engagement(),), **values)
