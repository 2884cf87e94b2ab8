"""On which day hours were spent: what GitLab stores as an instant was often given as a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache


def spent_day(at: datetime, zone: tzinfo, own: tzinfo | None = None) -> date:
    """The day on which time was spent.

    A day picked in the time dialog is stored as the midnight of the person's `own` zone: that day counts. `/spend 1h
    2026-11-20` stores the day alone, as midnight or noon UTC: that day counts whatever the zone. Any other instant counts
    on its day in the organisation's zone.
    """
    if picked := _picked_day(at, own or zone):
        return picked
    plain = at.astimezone(UTC)
    if (plain.minute, plain.second, plain.microsecond) == (0, 0, 0) and plain.hour in (0, 12):
        return plain.date()
    return at.astimezone(zone).date()


def _picked_day(at: datetime, zone: tzinfo) -> date | None:
    """The day that begins at that instant in a zone; where clocks skip midnight, it begins later."""
    day = at.astimezone(zone).date()
    return day if at in _beginnings(day, zone) else None


@lru_cache(maxsize=4096)
def _beginnings(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The instants at which a day may begin in a zone."""
    begin = datetime.combine(day, time.min, tzinfo=zone)
    return begin.astimezone(UTC), begin.replace(fold=1).astimezone(UTC)
