"""Capacity: hours asked of each person in each ISO week by bookings, against the working hours of that week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from bot.derive.people.availability import Availability
from bot.derive.results import CapacityWeek
from bot.domain.calendar import week_named, week_of
from bot.domain.messages import Phrase
from bot.domain.model import Engagement
from bot.domain.vocabulary import ItemState

HORIZON_WEEKS = 13
"""Weeks ahead that are shown: a quarter; PMs book two months ahead."""


def booked_hours(engagements: Iterable[Engagement], kind: str) -> dict[str, dict[str, float]]:
    """Hours booked of that kind (hard or soft): user → ISO week → hours. Closed engagements ask for nothing."""
    load: dict[str, dict[str, list[float]]] = {}
    for engagement in engagements:
        for booking in engagement.bookings if engagement.state != ItemState.CLOSED else ():
            if booking.kind == kind:
                load.setdefault(booking.user, {}).setdefault(booking.week, []).append(booking.hours)
    return {user: {week: sum(sorted(found)) for week, found in weeks.items()} for user, weeks in load.items()}


def derive_capacity(
    hard: Mapping[str, Mapping[str, float]],
    soft: Mapping[str, Mapping[str, float]],
    day: date,
    availability: Availability,
) -> tuple[CapacityWeek, ...]:
    """Each booked person's weeks from that of `day` to the last booked one, at most a quarter ahead; free weeks have 0."""
    weeks = [week_of(day + timedelta(weeks=n)) for n in range(HORIZON_WEEKS)]
    asked = {week for load in (hard, soft) for weeks_of in load.values() for week in weeks_of}
    last = max((n for n, week in enumerate(weeks) if week.name in asked), default=-1)
    return tuple(
        CapacityWeek(
            user=user,
            week=week.name,
            hours=hard.get(user, {}).get(week.name, 0.0),
            available=availability.hours(user, week.first, week.last),
            soft_hours=soft.get(user, {}).get(week.name, 0.0),
        )
        for user in _users(hard, soft, availability)
        for week in weeks[: last + 1]
    )


def _users(
    hard: Mapping[str, Mapping[str, float]], soft: Mapping[str, Mapping[str, float]], availability: Availability
) -> list[str]:
    """Who is booked, and our own people under `people`: who is free is as good to know."""
    booked = {*hard, *soft}
    folded = {user.casefold() for user in booked}
    idle = {name for name, p in availability.people.items() if not p.partner and name.casefold() not in folded}
    return sorted(booked | idle)


def unreadable_weeks(engagements: Iterable[Engagement]) -> tuple[Phrase, ...]:
    """Bookings whose week is not an ISO week: told, because they count nowhere."""
    found = {(e.ref, b.week) for e in engagements for b in e.bookings if not _is_week(b.week)}
    return tuple(
        Phrase("{ref}: a booking names {week}, which is not an ISO week such as 2026-W47", ref=ref, week=repr(week))
        for ref, week in sorted(found)
    )


def _is_week(name: str) -> bool:
    try:
        return week_named(name).name == name
    except ValueError:
        return False
