"""Billable utilisation: hours that can be billed ÷ working hours there were, of each person who logged time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import field
from datetime import date

from bot.config import LabelSettings
from bot.derive.money.hours import is_billable, non_billable_refs
from bot.derive.people.availability import Availability
from bot.derive.ratios import ratio
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Engagement


@frozen
class Utilisation:
    """Of all together, and of each person; None and empty when nobody logged time."""

    overall: float | None = None
    by_person: dict[str, float] = field(default_factory=lambda: dict(EMPTY))


def measure_utilisation(
    engagements: Iterable[Engagement], day: date, availability: Availability, labels: LabelSettings
) -> Utilisation:
    """For the fiscal quarter of `day`, from its first day to `day`: the span over which the target is set.

    Of our own people: who belongs to a partner counts in the partner's figures.
    """
    quarter = availability.calendar.fiscal_quarter(day)
    hours: dict[str, list[float]] = {}
    for engagement in engagements:
        free = non_billable_refs(engagement.items, labels)
        for log in engagement.timelogs:
            if quarter.first <= log.spent_at <= day and log.user and not availability.partner(log.user):
                hours.setdefault(log.user, []).append(log.hours if is_billable(log, free) else 0.0)
    billable = {user: math.fsum(found) for user, found in sorted(hours.items())}
    available = {user: availability.hours(user, quarter.first, day) for user in billable}
    shares = {user: share for user, spent in billable.items() if (share := ratio(spent, available[user])) is not None}
    return Utilisation(ratio(math.fsum(billable.values()), math.fsum(available.values())), shares)
