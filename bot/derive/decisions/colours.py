"""How a colour of a day is made from signals: worse on two readings or for certain, better only past the dead band.

A signal is what the facts of one day alone say of an axis. The colour of a day is folded from four weeks back, a week a
step, so that it is a function of the facts known by that day and needs no memory of what was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.derive.results import Escalation, Rag, Reason, Risk
from bot.domain.calendar import ONE_DAY, WorkCalendar
from bot.domain.vocabulary import Colour

LEVELS: Final = ("green", "yellow", "red")
GRAVITY: Final = ("green", "unknown", "yellow", "red")
"""From least to most pressing: where nothing is known somebody must look, but not before what is known to be in trouble."""
WEEK: Final = timedelta(days=7)
WEEKS_BACK: Final = 4
DAYS_OF_A_MONTH: Final = 20
"""Working days: the dead band, a share, is that part of them where a threshold is a number of days."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of evidence: the colour it gives, and the colour with each threshold moved by the dead band."""

    colour: str
    reason: Reason
    cleared: str = ""
    certain: bool = False

    @property
    def strict(self) -> str:
        return self.cleared or self.colour


@dataclass(frozen=True, slots=True)
class Signal:
    """What a day's facts say of an axis: its colour, what it has cleared by the dead band, and what is certain."""

    colour: str = "unknown"
    cleared: str = "unknown"
    certain: str = "green"


def signal_of(signs: Iterable[Sign]) -> Signal:
    """The worst that any evidence says; without evidence it is unknown."""
    signs = tuple(signs)
    if not signs:
        return Signal()
    certain = worst((sign.colour for sign in signs if sign.certain), "green")
    return Signal(worst(s.colour for s in signs), worst(s.strict for s in signs), certain)


def worst(colours: Iterable[str], otherwise: str = "unknown") -> str:
    """The worst of the colours that are known."""
    return max((colour for colour in colours if colour in LEVELS), key=LEVELS.index, default=otherwise)


def low_is_bad(value: float, yellow: float, red: float, band: float) -> tuple[str, str]:
    """Colour, and colour past the dead band, of a figure that is yellow below `yellow` and red below `red`."""

    def colour(moved: float) -> str:
        return "red" if value < red + moved else "yellow" if value < yellow + moved else "green"

    return colour(0.0), colour(band)


def high_is_bad(value: float, yellow: float, red: float, band: float) -> tuple[str, str]:
    """Likewise of one that is yellow from `yellow` on and red from `red` on."""

    def colour(moved: float) -> str:
        return "red" if value >= red - moved else "yellow" if value >= yellow - moved else "green"

    return colour(0.0), colour(band)


def fold_days(day: date, calendar: WorkCalendar) -> tuple[date, ...]:
    """The days on whose signals the colour of `day` rests, oldest first: the working days of four weeks, and the day."""
    return (*calendar.working_days(day - WEEK * WEEKS_BACK, day - ONE_DAY), day)


def fold(signals: Iterable[tuple[date, Signal]]) -> str:
    """The colour after the signals of these days, oldest first: worse at once, better not within a week of a turn."""
    colour, before, turned = "unknown", Signal(), date.min
    for day, today in signals:
        following = turn(colour, today, before, rested=day - turned >= WEEK)
        if following != colour and colour in LEVELS:
            turned = day
        colour, before = following, today
    return colour


def turn(colour: str, today: Signal, before: Signal, *, rested: bool = True) -> str:
    """The colour that follows `colour`; `rested`: it has stood for a week, so that it may get better."""
    if today.colour not in LEVELS:
        return "unknown"
    agreed = min(today.colour, before.colour, key=LEVELS.index) if before.colour in LEVELS else None
    if colour not in LEVELS:
        return worst((agreed or today.colour, today.certain))
    worse = worst((colour, agreed or colour, today.certain))
    if worse != colour:
        return worse
    return (
        LEVELS[max(LEVELS.index(today.cleared), LEVELS.index(colour) - 1)]
        if rested and _is_better(today, colour)
        else colour
    )


def _is_better(today: Signal, colour: str) -> bool:
    return LEVELS.index(today.cleared) < LEVELS.index(colour)


def overall_colour(axes: Sequence[Rag], escalations: Iterable[Escalation] = (), risks: Iterable[Risk] = ()) -> Colour:
    """The worst axis that is known; red at once with an open critical escalation, or a critical risk that people rated."""
    critical = any(e.severity == "critical" for e in escalations)
    rated = any(r.severity == "critical" and r.source == "register" for r in risks)
    return Colour.RED if critical or rated else Colour(worst(axis.rag for axis in axes))


def is_partial(axes: Sequence[Rag]) -> bool:
    """Whether the overall colour rests on some of the axes only."""
    return any(axis.rag not in LEVELS for axis in axes)
