"""Milestones as an iCalendar file (RFC 5545) that a calendar subscribes to: SOW ends, milestones, last safe days for sign-off.

Every event keeps its UID from run to run, so that a subscription moves it rather than adding another. Dates are whole
days and take no time in a free/busy view.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from bot.derive.results import Acceptance, Derived, EngagementDerived, MilestoneStatus
from bot.domain.frozen import frozen
from bot.domain.vocabulary import AcceptanceState, MilestoneState

PRODUCT = "-//psbot//milestones//EN"


@frozen
class Entry:
    """One day in the calendar. `key` makes its UID: what it is about, never its title or date."""

    key: str
    day: date
    summary: str
    details: tuple[str, ...] = ()
    url: str = ""


def calendar_file(
    derived: Derived,
    *,
    customer: bool = False,
    name: str = "psbot milestones",
    reports: Iterable[tuple[str, date]] = (),
) -> str:
    """All engagements of `derived` as one calendar, and the days on which `reports` (kind, day) come.

    `customer`: only milestones, the days agreed for them, and the end of the SOW.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _plain(name))
    stamp = datetime.combine(derived.as_of, time(), tzinfo=UTC)
    for engagement in sorted(derived.engagements, key=lambda e: e.ref):
        for entry in _entries(engagement, customer):
            calendar.add_component(_event(entry, stamp))
    for kind, day in () if customer else reports:
        calendar.add_component(_event(Entry(f"report|{kind}|{day}", day, f"psbot: {kind} report"), stamp))
    return str(calendar.to_ical().decode())


def _event(entry: Entry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", hashlib.sha256(entry.key.encode(errors="replace")).hexdigest()[:32] + "@psbot")
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", _plain(entry.summary))
    event.add("transp", "TRANSPARENT")
    if entry.details:
        event.add("description", "\n".join(_plain(line) for line in entry.details))
    if entry.url:
        event.add("url", _plain(entry.url))
    return event


def _entries(engagement: EngagementDerived, customer: bool) -> Iterator[Entry]:
    for milestone in engagement.schedule.milestones:
        day = milestone.closed or milestone.due
        if day is not None:
            details = () if customer else tuple(_outlook(milestone))
            summary = f"{_of(engagement)}: {milestone.title}" + (
                " (done)" if milestone.state == MilestoneState.DONE else ""
            )
            url = "" if customer else milestone.web_url
            yield Entry(_key(engagement, "milestone", milestone), day, summary, details, url)
    if engagement.end is not None:
        details = () if customer else tuple(_finish(engagement))
        yield Entry(f"{engagement.ref}|end", engagement.end, f"{_of(engagement)}: end of the SOW", details)
    if customer:
        return
    for milestone in engagement.schedule.milestones:
        if (
            milestone.state != MilestoneState.DONE
            and milestone.forecast is not None
            and milestone.forecast != milestone.due
        ):
            summary = f"{_of(engagement)}: {milestone.title} (forecast)"
            key = _key(engagement, "forecast", milestone)
            yield Entry(key, milestone.forecast, summary, tuple(_outlook(milestone)), milestone.web_url)
    for acceptance in engagement.acceptance:
        if acceptance.last_safe_sending is not None and acceptance.state in (
            AcceptanceState.OPEN,
            AcceptanceState.READY,
        ):
            yield _last_safe_day(engagement, acceptance, acceptance.last_safe_sending)


def _last_safe_day(engagement: EngagementDerived, acceptance: Acceptance, day: date) -> Entry:
    summary = f"{_of(engagement)}: last safe day to ask for the sign-off of {acceptance.milestone}"
    details = ("A request sent later may be accepted only in the next quarter.",)
    return Entry(f"{engagement.ref}|sign-off|{acceptance.milestone}", day, summary, details, engagement.web_url)


def _finish(engagement: EngagementDerived) -> Iterable[str]:
    finish = engagement.forecast.finish
    dates = (("Finish, even chance (P50)", finish.p50), ("Finish, four in five (P80)", finish.p80))
    return (f"{name}: {day.isoformat()}" for name, day in dates if isinstance(day, date))


def _outlook(milestone: MilestoneStatus) -> Iterable[str]:
    dates = (
        ("Baseline", milestone.baseline),
        ("Due", milestone.due),
        ("Forecast, even chance (P50)", milestone.forecast),
        ("Forecast, four in five (P80)", milestone.forecast_p80),
    )
    return (f"{name}: {day.isoformat()}" for name, day in dates if day is not None)


def _key(engagement: EngagementDerived, kind: str, milestone: MilestoneStatus) -> str:
    return f"{engagement.ref}|{kind}|{milestone.ref or milestone.title}"


def _of(engagement: EngagementDerived) -> str:
    return engagement.customer or engagement.title or engagement.ref


def _plain(text: str) -> str:
    """On one line, without control characters: titles come from GitLab."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
