"""Who does which item when: every person works on one item after another, evenly, until the work is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen

LEAST_PIECE = 3.0
"""Hours: nobody logs every half hour of a day."""


@frozen
class Slot:
    """An item in somebody's queue; `begin` and `end` are shares of the time of all work."""

    number: int
    person: str
    begin: float
    end: float


def queue_up(hours: Sequence[float], shares: Mapping[str, float]) -> list[Slot]:
    """Each item, in order, goes to whoever is free first. A person gets through hours in proportion to their share."""
    whole = sum(hours) / sum(shares.values())
    free = dict.fromkeys(shares, 0.0)
    found = []
    for number, amount in enumerate(hours):
        person = min(free, key=lambda name: (round(free[name], 9), -shares[name], name))
        begin, free[person] = free[person], free[person] + amount / (shares[person] * whole)
        found.append(Slot(number, person, begin, free[person]))
    longest = max(free.values())
    return [Slot(s.number, s.person, s.begin / longest, s.end / longest) for s in found]


def spread_hours(
    hours: float, first: date, last: date, until: date, calendar: WorkCalendar
) -> Iterator[tuple[date, float]]:
    """Log entries from `first` to `last`, evenly, in quarters of an hour; those after `until` are not made yet."""
    days = calendar.working_days(first, last) or [calendar.previous_working_day(last)]
    pieces = max(1, min(len(days), int(hours / LEAST_PIECE)))
    told = 0.0
    for n in range(pieces):
        day = days[(2 * n + 1) * len(days) // (2 * pieces)]
        amount = round(hours * (n + 1) / pieces * 4) / 4 - told
        told += amount
        if day <= until and amount > 0:
            yield day, amount
