"""Who is chased for an ask: who holds it, the stand-in while that person is away, and the PM's manager from the second week on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.derive.decisions.questions import owner_of
from bot.derive.people.availability import Availability
from bot.derive.status_results import Ask, Chase
from bot.derive.subject import Subject

PATIENCE = timedelta(days=7)
"""After so long without an answer the manager is asked too."""
Payloads = Sequence[Mapping[str, object]]


def chased(asks: Iterable[Ask], subject: Subject, payloads: Payloads) -> tuple[Ask, ...]:
    """The asks with whom psbot asks; since when, earlier reports tell (oldest first)."""
    since = asked_before(payloads)
    return tuple(replace(ask, chase=_chase(ask, subject, since.get(ask.key))) for ask in asks)


def asked_before(payloads: Payloads) -> Mapping[str, date]:
    """Since when each ask of the latest report was asked: one that was answered in between begins anew."""
    told = [p["asks"] for p in payloads if isinstance(p.get("asks"), Mapping)]
    latest = told[-1] if told else {}
    found = {str(key): _day(value) for key, value in latest.items()} if isinstance(latest, Mapping) else {}
    return {key: day for key, day in found.items() if day is not None}


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _chase(ask: Ask, subject: Subject, since: date | None) -> Chase | None:
    if not ask.owner:
        return None
    day, availability = subject.day, subject.availability
    first = min(since or day, day)
    to = stand_in(availability, ask.owner, day)
    away = to.casefold() != ask.owner.casefold()
    return Chase(
        to=to,
        since=first,
        stands_in_for=ask.owner if away else None,
        away_until=availability.away_until(ask.owner, day),
        manager=_manager(subject, first),
    )


def stand_in(availability: Availability, user: str, day: date) -> str:
    """Who acts for `user` on `day`: the deputy while the user is away, and the deputy's while both are; else the user."""
    seen, found = {user.casefold()}, user
    while availability.is_away(found, day):
        deputy = availability.person(found).deputy
        if deputy is None or deputy.casefold() in seen:
            return user
        seen.add(deputy.casefold())
        found = deputy
    return found


def _manager(subject: Subject, first: date) -> str | None:
    """The manager of the engagement's PM, once a week has passed without an answer."""
    pm = owner_of(subject)
    if pm is None or subject.day - first < PATIENCE:
        return None
    manager = subject.availability.person(pm).manager
    return stand_in(subject.availability, manager, subject.day) if manager else None
