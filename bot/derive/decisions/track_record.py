"""How often each colour of each axis came true in the portfolio's own closed engagements.

The colour said at half time, by the facts known then, is held against the outcome: red and yellow came true when the axis
ended outside its tolerance, green when it ended within.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from bot.derive.decisions.colours import LEVELS
from bot.derive.decisions.status import AXES, PastSignals, colours_on, signals_of
from bot.derive.status_results import CameTrue
from bot.derive.subject import Subject
from bot.domain.model import Engagement
from bot.domain.vocabulary import Colour, ItemState

MOST: Final = 20
"""The engagements that were closed last: older ones say little of how the work is done now."""
TrackRecord = Mapping[str, Mapping[str, CameTrue]]
Case = tuple[Mapping[str, str], Mapping[str, str]]
"""By axis: the colour said at half time, and the colour of the outcome."""


def latest_closed(engagements: Iterable[Engagement]) -> list[Engagement]:
    closed = [e for e in engagements if e.state == ItemState.CLOSED and e.closed_at and e.facts.start]
    return sorted(closed, key=lambda e: (e.closed_at.isoformat() if e.closed_at else "", e.ref))[-MOST:]


def half_time(subject: Subject) -> date | None:
    """The day halfway between the start and the last close; None where either is not known."""
    start, end = subject.engagement.facts.start, subject.derived.completion.completed_on
    return start + (end - start) / 2 if start and end and start < end else None


def case_of(ended: Subject, past: PastSignals) -> Case | None:
    """`ended`: a closed engagement, derived as it ended."""
    day = half_time(ended)
    if day is None:
        return None
    outcome = {name: signal.colour for name, signal in signals_of(ended).items()}
    return colours_on(day, ended.calendar, past), outcome


def record_of(cases: Iterable[Case]) -> TrackRecord:
    """By axis and colour; a colour that was never said is left out."""
    found: dict[str, dict[str, CameTrue]] = {name: {} for name in AXES}
    for said, ended in cases:
        for axis in AXES:
            if said.get(axis) in LEVELS and ended.get(axis) in LEVELS:
                before = found[axis].get(said[axis], CameTrue())
                true = (said[axis] == Colour.GREEN) == (ended[axis] == Colour.GREEN)
                found[axis][said[axis]] = CameTrue(before.said + 1, before.came_true + true)
    return found
