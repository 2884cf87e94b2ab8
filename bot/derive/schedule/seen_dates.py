"""What psbot's own reports saw of dates, which GitLab (or a file) forgets: milestones' due dates and closing days, items'
first ones, and since when a booking stands.

Each internal status carries all that is known by then (`dates_payload`); a later run folds it into what it reads
(`remember`), so that baseline, slips and days lost rest on it, and `export` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.domain.border import read_day, read_instant
from bot.domain.model import Booking, DueChange, Engagement, Item, Milestone, PastReport, Portfolio
from bot.domain.vocabulary import BookingKind, TimeboxState

Seen = Mapping[str, Any]
SOFT = "?"
"""Stands behind the week of a soft booking."""


def dates_payload(engagement: Engagement, day: date) -> dict[str, Any]:
    """What is known of the engagement's dates at the end of `day`, for the payload of its status."""
    return {
        "on": day.isoformat(),
        "milestones": {m.ref: _milestone_payload(m) for m in sorted(engagement.milestones, key=lambda m: m.ref)},
        "items": {i.ref: i.first_due.isoformat() for i in sorted(engagement.items, key=lambda i: i.ref) if i.first_due},
        "bookings": _bookings_payload(engagement.bookings, day),
    }


def _bookings_payload(bookings: Iterable[Booking], day: date) -> dict[str, dict[str, dict[str, float]]]:
    """By the day on which they were known: person, week, hours."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for b in sorted(bookings, key=_place):
        week = b.week + (SOFT if b.kind == BookingKind.SOFT else "")
        found.setdefault((b.known or day).isoformat(), {}).setdefault(b.user, {})[week] = b.hours
    return found


def _place(booking: Booking) -> tuple[str, str, str, float]:
    return (booking.user, booking.week, booking.kind, booking.hours)


def remember(
    portfolio: Portfolio, past: Iterable[PastReport], today: date | None = None, *, first_look: bool = False
) -> Portfolio:
    """The portfolio with the dates that earlier reports saw. A report of another shape tells nothing.

    `today` is the day of the reading where the calendar is. At a `first_look`, a booking of which nobody knows since when
    it stands is known since today, as the next run will find it in the report.
    """
    latest: dict[str, Seen] = {}
    for report in past:
        seen = report.payload.get("dates")
        if report.engagement and isinstance(seen, Mapping) and read_day(seen.get("on")):
            known = latest.setdefault(report.engagement, seen)
            if str(seen["on"]) > str(known["on"]):
                latest[report.engagement] = seen
    now = portfolio.taken_at or datetime.now(UTC)
    today = today or now.date()
    found = (_with_seen(e, latest[e.ref], now, today) if e.ref in latest else e for e in portfolio.engagements)
    return replace(portfolio, engagements=tuple(_first_seen(e, today) if first_look else e for e in found))


def _first_seen(engagement: Engagement, today: date) -> Engagement:
    known = tuple(b if b.known else replace(b, known=today) for b in engagement.bookings)
    return replace(engagement, bookings=known)


def _milestone_payload(milestone: Milestone) -> dict[str, Any]:
    told: dict[str, Any] = {"due": _text(milestone.due_date)}
    if milestone.due_history:
        told["moves"] = [[_text(c.previous), _text(c.new), c.at.isoformat()] for c in milestone.due_history]
    if milestone.closed_at:
        told["closed"] = milestone.closed_at.isoformat()
    return told


def _with_seen(engagement: Engagement, seen: Seen, now: datetime, today: date) -> Engagement:
    stones, items = _mapping(seen.get("milestones")), _mapping(seen.get("items"))
    return replace(
        engagement,
        milestones=tuple(_remembered(m, _mapping(stones.get(m.ref)), now) for m in engagement.milestones),
        items=tuple(_first_due(item, read_day(items.get(item.ref)), now) for item in engagement.items),
        bookings=_since(engagement.bookings, seen, today),
    )


def _since(bookings: tuple[Booking, ...], seen: Seen, today: date) -> tuple[Booking, ...]:
    """Bookings with the day on which they were first seen: that of the reports, today for what none of them saw."""
    if "bookings" not in seen:
        return bookings
    first: dict[tuple[str, str, str, float], date] = {}
    for on, people in sorted(_mapping(seen.get("bookings")).items(), reverse=True):
        day = read_day(on)
        for user, weeks in _mapping(people).items():
            for week, hours in _mapping(weeks).items():
                if day and isinstance(hours, int | float):
                    kind = "soft" if week.endswith(SOFT) else "hard"
                    first[user, week.removesuffix(SOFT), kind, float(hours)] = day
    return tuple(b if b.known else replace(b, known=first.get(_place(b), today)) for b in bookings)


def _remembered(milestone: Milestone, seen: Seen, now: datetime) -> Milestone:
    """Moves seen before, the one since then, and the day on which it was first seen closed."""
    if not seen:
        return milestone
    changes = {(c.previous, c.new): c for c in milestone.due_history}
    for move in _moves(seen):
        changes.setdefault((move.previous, move.new), move)
    history = sorted(changes.values(), key=lambda c: c.at)
    last = history[-1].new if history else read_day(seen.get("due"))
    if last != milestone.due_date:
        history.append(DueChange(last, milestone.due_date, now))
    closed = read_instant(seen.get("closed"))
    if milestone.state == TimeboxState.CLOSED and closed and milestone.closed_at:
        milestone = replace(milestone, closed_at=min(closed, milestone.closed_at))
    return replace(milestone, due_history=tuple(history))


def _moves(seen: Seen) -> Iterable[DueChange]:
    listed = seen.get("moves")
    for move in listed if isinstance(listed, list) else ():
        if isinstance(move, list) and len(move) == 3 and (at := read_instant(move[2])):
            yield DueChange(read_day(move[0]), read_day(move[1]), at)


def _first_due(item: Item, seen: date | None, now: datetime) -> Item:
    """A due date that was set with the item leaves no note: the first change's former date is what was seen then."""
    if seen is None or seen == item.first_due:
        return item
    if not item.due_history:
        return replace(item, due_history=(DueChange(seen, item.due_date, now),))
    first, *rest = item.due_history
    if first.previous is not None:
        return item
    return replace(item, due_history=(replace(first, previous=seen), *rest))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
