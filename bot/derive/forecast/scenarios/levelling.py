"""Several changes at once, and the people whom engagements share: who is away, moves, or is asked for more than a week holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.config import Settings
from bot.derive.forecast.capacity import FARTHEST_WEEKS, with_absences
from bot.derive.forecast.scenarios.whatif import Scenario, apply_scenario
from bot.derive.people.availability import Availability
from bot.derive.people.capacity import booked_hours, derive_capacity
from bot.derive.results import CapacityWeek, Derived
from bot.domain.calendar import WorkCalendar, week_named
from bot.domain.model import Booking, Engagement, Portfolio
from bot.domain.vocabulary import BookingKind


def apply_scenarios(
    portfolio: Portfolio, scenarios: Sequence[Scenario], day: date, calendar: WorkCalendar, settings: Settings
) -> tuple[Portfolio, Settings]:
    """The portfolio with all changes, and settings in which who is away is away everywhere.

    A person who is named to join leaves what they do elsewhere. Raises UsageError as `apply_scenario` does.
    """
    changed = portfolio
    for scenario in scenarios:
        changed = apply_scenario(changed, replace(scenario, away=None), day, calendar, settings.labels)
        if scenario.moves:
            changed = _leaving(changed, scenario.ref, *scenario.moves)
    absences = [scenario.away for scenario in scenarios if scenario.away]
    people = with_absences(Availability(calendar, settings.people), absences).people
    return changed, settings.model_copy(update={"people": dict(people)})


def _leaving(portfolio: Portfolio, here: str, user: str, first: date) -> Portfolio:
    """The portfolio in which a person works from that day on nowhere but here."""
    gone = (user, first, first + timedelta(weeks=FARTHEST_WEEKS))

    def without(e: Engagement) -> Engagement:
        kept = tuple(b for b in e.bookings if b.user.casefold() != user.casefold() or not _begins_after(b.week, first))
        return replace(e, bookings=kept, what_if=replace(e.what_if, away=(*e.what_if.away, gone)))

    return replace(portfolio, engagements=tuple(e if e.ref == here else without(e) for e in portfolio.engagements))


def _begins_after(week: str, day: date) -> bool:
    try:
        return week_named(week).first >= day
    except ValueError:
        return False


def levelled(base: Portfolio, changed: Portfolio, availability: Availability) -> Portfolio:
    """Bookings of weeks in which the changes ask more of a person than a full week: each engagement gets its share.

    Weeks that were overbooked before, and no more now, stay as they are: that is no part of the question.
    """
    before, after = (booked_hours(p.engagements, "hard") for p in (base, changed))
    shares: dict[tuple[str, str], float] = {}
    for user, weeks in after.items():
        for week, hours in weeks.items():
            room = _full_week(availability, user, week)
            if hours > max(before.get(user, {}).get(week, 0.0), room) and room > 0:
                shares[user, week] = room / hours

    def level(b: Booking) -> Booking:
        share = shares.get((b.user, b.week), 1.0) if b.kind == BookingKind.HARD else 1.0
        return b if share == 1.0 else replace(b, hours=b.hours * share)

    found = (replace(e, bookings=tuple(map(level, e.bookings))) for e in changed.engagements)
    return replace(changed, engagements=tuple(found))


def _full_week(availability: Availability, user: str, week: str) -> float:
    """Hours of a week without absences, which the forecast takes off itself; 0 for what is no week."""
    try:
        period = week_named(week)
    except ValueError:
        return 0.0
    days = availability.calendar.working_days(period.first, period.last)
    return len(days) * availability.hours_per_day(user)


def asked_of_people(portfolio: Portfolio, day: date, availability: Availability) -> tuple[CapacityWeek, ...]:
    """What bookings ask of each person, before anything is levelled."""
    hard, soft = (booked_hours(portfolio.engagements, kind) for kind in ("hard", "soft"))
    return derive_capacity(hard, soft, day, availability)


def over_capacity(derived: Derived) -> tuple[CapacityWeek, ...]:
    """Weeks in which more is asked of a person than there is."""
    return tuple(c for c in derived.portfolio.capacity if c.hours > c.available + 1e-6)


def people_over(weeks: Iterable[CapacityWeek]) -> dict[str, tuple[str, str, float]]:
    """By person: first and last week, and the hours too much."""
    found: dict[str, tuple[str, str, float]] = {}
    for c in weeks:
        first, last, hours = found.get(c.user, (c.week, c.week, 0.0))
        found[c.user] = (min(first, c.week), max(last, c.week), hours + c.hours - c.available)
    return found
