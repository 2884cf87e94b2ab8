"""How a colour of a day is made from signals: worse on two readings or for certain, better only past the dead band.

A signal is what the facts of one day alone say of an axis. The colour of a day is folded from the days of four weeks, so that
it is a function of the facts known by that day and needs no memory of what was said. What holds a bad colour up is no older
than that, so that a later day never tells another past.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from bot.derive.results import Escalation, Rag, Reason, Risk
from bot.domain.calendar import ONE_DAY
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Colour, RiskSource, Severity

LEVELS: Final = ("green", "yellow", "red")
GRAVITY: Final = ("green", "unknown", "yellow", "red")
"""From least to most pressing: where nothing is known somebody must look, but not before what is known to be in trouble."""
WEEK: Final = timedelta(days=7)
WEEKS_BACK: Final = 4
LONG_REST: Final = 3 * WEEK
"""So long a bad reading is remembered where no fact has changed since: drift of a forecast alone takes nothing back sooner."""
MUCH_DONE: Final = 0.1
"""Of the work, done since: a fact, too."""
Facts = tuple[Hashable, ...]
DAYS_OF_A_MONTH: Final = 20
"""Working days: the dead band, a share, is that part of them where a threshold is a number of days."""


@frozen
class Sign:
    """One piece of evidence: the colour it gives, and the colour with each threshold moved by the dead band."""

    colour: str
    reason: Reason
    cleared: str = ""
    certain: bool = False

    @property
    def strict(self) -> str:
        return self.cleared or self.colour


@frozen
class Signal:
    """What a day's facts say of an axis: its colour, what it has cleared by the dead band, and what is certain."""

    colour: str = "unknown"
    cleared: str = "unknown"
    certain: str = "green"
    facts: Facts = ()
    """What a reader can see that bears on it: dates agreed, milestones done or late, scope, budget."""
    done: float = 0.0
    """Share of the work that is done."""


def signal_of(signs: Iterable[Sign], facts: Facts = (), done: float = 0.0) -> Signal:
    """The worst that any evidence says; without evidence it is unknown."""
    signs = tuple(signs)
    if not signs:
        return Signal()
    certain = worst((sign.colour for sign in signs if sign.certain), "green")
    return Signal(worst(s.colour for s in signs), worst(s.strict for s in signs), certain, facts, done)


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


def fold_days(day: date) -> tuple[date, ...]:
    """The days on whose signals the colour of `day` rests, oldest first: four weeks, and the day."""
    return tuple(day - ONE_DAY * back for back in range((WEEK * WEEKS_BACK).days, -1, -1))


@frozen
class Hold:
    """A colour that was called for: it stands until that day, or until the facts have changed since."""

    until: date
    facts: Facts
    done: float

    def is_over(self, day: date, today: Signal) -> bool:
        return day >= self.until or today.facts != self.facts or today.done >= self.done + MUCH_DONE


@frozen
class ColourStanding:
    """The colour as it stands after a day: what holds it up, and the reading of the working day before."""

    before: Signal = Signal()
    yellow: Hold | None = None
    red: Hold | None = None

    @property
    def colour(self) -> str:
        if self.before.colour not in LEVELS:
            return "unknown"
        return "red" if self.red else "yellow" if self.yellow else "green"

    @property
    def may_worsen(self) -> bool:
        """Whether a second reading like the last one would turn it for the worse."""
        return self.colour in LEVELS and LEVELS.index(self.before.colour) > LEVELS.index(self.colour)

    def after_work(self, day: date, today: Signal) -> ColourStanding:
        """After a working day."""
        if today.colour not in LEVELS:
            return ColourStanding()
        wanted = self._wanted(today)
        red = _held(self.red, "red", wanted, day, today)
        yellow = _held(self.yellow, "yellow", wanted, day, today)
        if self.red and not red and not yellow:  # one level a week
            yellow = Hold(day + WEEK, today.facts, today.done)
        return ColourStanding(today, yellow, red)

    def after_rest(self, day: date, today: Signal) -> ColourStanding:
        """After a day of rest: nothing gets better, and the next working day is held against the last one."""
        if today.colour not in LEVELS or self.before.colour not in LEVELS:
            return self
        wanted = LEVELS.index(self._wanted(today))
        hold = Hold(day + LONG_REST, today.facts, today.done)
        return ColourStanding(self.before, hold if wanted >= 1 else self.yellow, hold if wanted >= 2 else self.red)

    def _wanted(self, today: Signal) -> str:
        """What two readings agree on, or what is certain; the first evidence counts."""
        known = [signal.colour for signal in (today, self.before) if signal.colour in LEVELS]
        return worst((min(known, key=LEVELS.index), today.certain))


def _held(hold: Hold | None, level: str, wanted: str, day: date, today: Signal) -> Hold | None:
    """What holds `level` up from now on: the day's readings, else what did before and has not been cleared."""
    if LEVELS.index(wanted) >= LEVELS.index(level):
        return Hold(day + LONG_REST, today.facts, today.done)
    is_clear = LEVELS.index(today.cleared) < LEVELS.index(level)
    return None if hold is None or (is_clear and hold.is_over(day, today)) else hold


def overall_colour(axes: Sequence[Rag], escalations: Iterable[Escalation] = (), risks: Iterable[Risk] = ()) -> Colour:
    """The worst axis that is known; red at once with an open critical escalation, or a critical risk that people rated."""
    critical = any(e.severity == Severity.CRITICAL for e in escalations)
    rated = any(r.severity == Severity.CRITICAL and r.source == RiskSource.REGISTER for r in risks)
    return Colour.RED if critical or rated else Colour(worst(axis.rag for axis in axes))


def is_partial(axes: Sequence[Rag]) -> bool:
    """Whether the overall colour rests on some of the axes only."""
    return any(axis.rag not in LEVELS for axis in axes)
