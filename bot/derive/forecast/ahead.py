"""Trials of what lies ahead of one engagement: how long it takes, what it costs, and the hours by any later day."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.derive.forecast.effort import Effort
from bot.derive.forecast.finish import Remaining, normal_nodes
from bot.derive.forecast.history import DAYS_PER_WEEK, Array, State
from bot.derive.forecast.reference import COMMON_SHARE, CURVE_SHARE, SPEND_EXPONENT

EFFORT_TIME_CORRELATION = 0.5
"""What costs more also takes longer."""
BURN_WEEKS, BURN_DECAY = 8, 0.8
BURN_SD = 0.4
"""Sd of ln(hours in the weeks ahead ÷ what pace or curve say): people are ill, on holiday, on other work, or all here."""

CLOSE_OUT = 1.0
"""Where bookings or the burn have not used a trial's hours by its finish, the rest comes within so many times its days."""


@dataclass(frozen=True)
class Scores:
    """Standard normal scores by trial: for time, effort and pace. Trial n shares the portfolio's shock n."""

    time: Array
    effort: Array
    pace: Array
    own: Array
    """An own one, for what has nothing to do with the others (acceptance)."""


@lru_cache(maxsize=4)
def _common(seed: int, trials: int) -> tuple[Array, Array]:
    """The shocks that all engagements of a portfolio share, trial by trial."""
    random = np.random.RandomState(seed % 2**32)
    found = tuple(normal_nodes(trials)[random.permutation(trials)] for _ in range(2))
    for array in found:
        array.setflags(write=False)
    return found[0], found[1]


def draw_scores(ref: str, seed: int, trials: int) -> Scores:
    """Scores of one engagement: the same for the same reference, seed and number of trials, whatever else is forecast."""
    random = np.random.RandomState(zlib.crc32(f"{seed}:{ref}".encode()))
    nodes = normal_nodes(trials)
    own = [nodes[random.permutation(trials)] for _ in range(4)]
    common = _common(seed, trials)
    a, b = math.sqrt(COMMON_SHARE), math.sqrt(1 - COMMON_SHARE)
    time, cost = a * common[0] + b * own[0], a * common[1] + b * own[1]
    r = EFFORT_TIME_CORRELATION
    return Scores(time, r * time + math.sqrt(1 - r * r) * cost, own[2], own[3])


@dataclass(frozen=True)
class Ahead:
    """Trials of the future: days to go, hours to go; hours by a later day follow the spending curve and the burn."""

    days: Array
    hours: Array
    pace: Array
    """Factor on the hours of the weeks ahead, 1 in the median; 1 where there is no pace yet."""
    burn: float | None = None
    """Hours per working day at the recent pace; None where there is none."""
    delay: float = 0.0
    """Working days until work can begin."""
    booked: tuple[Array, Array] | None = None
    """Positions after today and cumulative hours that are booked by then; None without bookings."""

    def hours_by(self, after: float) -> Array:
        """Hours spent in the next `after` working days, by trial: all of them some time after its work is over."""
        curve = self._curve(after)
        planned = self._planned(after)
        if planned is None:
            return curve
        planned = np.minimum(self.hours, planned)
        over = np.clip(((after - self.delay) / self.days - 1) / CLOSE_OUT, 0.0, 1.0)
        return CURVE_SHARE * curve + (1 - CURVE_SHARE) * (planned + over * (self.hours - planned))

    def _curve(self, after: float) -> Array:
        """Hours by the spending curve: fast at first, slowing down towards the end."""
        gone = max(after - self.delay, 0.0)
        left = 1 - np.minimum(gone * self.pace / self.days, 1.0)
        return self.hours * (1 - left**SPEND_EXPONENT)

    def _planned(self, after: float) -> Array | None:
        """Hours by booking, then by the burn (by the curve where there is none yet); None without either."""
        if self.booked is None:
            return self._burnt(max(after - self.delay, 0.0))
        days, hours = self.booked
        by_booking, last = float(np.interp(after, days, hours)), float(days[-1])
        beyond = self._burnt(max(after - last, 0.0))
        if beyond is None:
            beyond = self._curve(max(after, last)) - self._curve(last)
        return by_booking + beyond

    def _burnt(self, days: float) -> Array | None:
        return None if self.burn is None else self.burn * days * self.pace


def make_ahead(
    remaining: Remaining,
    effort: Effort | None,
    state: State,
    scores: Scores,
    *,
    floor: float = 0.0,
    delay: float = 0.0,
    pace_factor: float = 1.0,
    booked: tuple[Array, Array] | None = None,
) -> Ahead:
    """Trials for an open engagement. `floor` is the least number of days that dependencies leave."""
    days = np.maximum(remaining.at(scores.time), max(floor, 0.5))
    burn = recent_burn(state) * pace_factor / DAYS_PER_WEEK
    steady = burn if burn > 0 and not remaining.stalled else None
    pace = np.ones_like(days) if steady is None else np.exp(BURN_SD * scores.pace)
    if effort is None:
        return Ahead(days, np.zeros_like(days), pace, None, delay)
    return Ahead(days, effort.at(scores.effort) - effort.spent - effort.assumed, pace, steady, delay, booked)


def recent_burn(state: State) -> float:
    """Hours a week of late, exponentially weighted over at most eight weeks; 0 with less than two."""
    weeks = state.weekly_hours[:BURN_WEEKS]
    if len(weeks) < 2:
        return 0.0
    return float(np.average(weeks, weights=BURN_DECAY ** np.arange(len(weeks))))
