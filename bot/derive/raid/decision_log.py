"""The decision log: what was decided in all engagements, when, by whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.derive.results import EngagementDerived, RaidEntry
from bot.domain.frozen import frozen
from bot.domain.vocabulary import RaidKind


@frozen
class Decided:
    """A closed decision of an engagement's register; `entry.owner` is who decided, as far as the issue tells."""

    engagement: EngagementDerived
    entry: RaidEntry
    day: date


def decision_log(engagements: Iterable[EngagementDerived]) -> tuple[Decided, ...]:
    """Every decision that was closed, the newest first."""
    found = [
        Decided(e, entry, entry.closed)
        for e in engagements
        for entry in e.raid
        if entry.kind == RaidKind.DECISION and entry.closed is not None
    ]
    return tuple(sorted(found, key=lambda one: (-one.day.toordinal(), one.entry.ref)))
