"""Trials of what lies ahead of one engagement: how long it takes, what it costs, and the hours by any later day."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from bot.derive.forecast.capacity import NO_CAPACITY, Capacity
from bot.derive.forecast.constants import (
    BOOKED_HOURS_SD,
    BURN_FROM,
    BURN_SD,
    BURN_WEEKS,
    CLOSE_OUT,
    COMMON_SHARE,
    COVERED,
    EFFORT_TIME_CORRELATION,
    OWN_WEEKS,
)
from bot.derive.forecast.effort import Effort
from bot.derive.forecast.finish import Remaining, normal_nodes
from bot.derive.forecast.history import DAYS_PER_WEEK, Array, State
from bot.derive.forecast.reference import Middles
from bot.domain.frozen import frozen


@frozen
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
    """Trials of the future: days to go, hours to go; hours by a later day follow bookings and the burn, the curve only before."""

    days: Array
    hours: Array
    scores: Array
    """Standard normal: how the hours of the weeks ahead differ from what is expected."""
    capacity: Capacity = NO_CAPACITY
    own: float = 0.0
    """Weight of capacity beside the spending curve: 1 with OWN_WEEKS weeks of one's own, or where all is booked."""
    pace_factor: float = 1.0
    delay: float = 0.0
    """Working days until work can begin."""
    young: bool = False
    """Too young for a burn: that there is none says nothing."""
    exponent: float = Middles.spend_exponent
    """Of the spending curve."""
    late: float = 0.0
    """Hours worked and not written down yet: the next timesheet holds them."""
    resumed: float = 0.0
    """Hours a day before a standstill, at which work that is not booked is taken up again; 0 where work goes on."""

    def hours_by(self, after: float) -> Array:
        """Hours written down in the next `after` working days, by trial: all of them some time after its work is over."""
        return self.hours - self._open + self._worked_by(after)

    @cached_property
    def _open(self) -> Array:
        """Hours that are not worked yet."""
        return np.maximum(self.hours - self.late, 0.0)

    def _worked_by(self, after: float) -> Array:
        """Hours worked in the next `after` working days."""
        if self.resumed > 0 and not self.capacity.has_bookings:
            return self._after_standstill(after)
        curve = self._curve(after) if self.own < 1 else np.zeros(1)
        if self.own <= 0:
            return curve
        planned = np.minimum(self._open, self._planned(after))
        # What rests until it is booked is not closed out before that.
        closed = np.maximum(self.days, self.capacity.days[-1]) if self.resumed > 0 else self.days
        over = np.clip(((after - self.delay) / closed - 1) / CLOSE_OUT, 0.0, 1.0)
        return (1 - self.own) * curve + self.own * (planned + over * (self._open - planned))

    def _after_standstill(self, after: float) -> Array:
        """Work rests until, at the pace that it had, it is done by its finish; it is never faster than it was."""
        pace = self.resumed * self.pace_factor * _noise(BURN_SD, self.scores)
        rests = np.maximum(self.days - self._open / pace, 0.0)
        return np.minimum(self._open, pace * np.maximum(after - self.delay - rests, 0.0))

    def _curve(self, after: float) -> Array:
        """Hours by the spending curve."""
        gone = max(after - self.delay, 0.0)
        left = 1 - np.minimum(gone / self.days, 1.0)
        return self._open * (1 - left**self.exponent)

    def _planned(self, after: float) -> Array:
        """Hours as booked, and at the burn; by the curve where a burn is not known yet, and behind the last booking without one."""
        if self.young:
            return self._booked_or_curve(after)
        booked, burnt = self.capacity.parts_by(after)
        found: Array = booked * _noise(BOOKED_HOURS_SD, self.scores) + self.pace_factor * burnt * _noise(
            BURN_SD, self.scores
        )
        last = float(self.capacity.days[-1])
        if self.capacity.burn <= 0 and after > last:
            found = found + self._curve(after) - self._curve(last)
        return found

    def _booked_or_curve(self, after: float) -> Array:
        """Week by week what is booked; by the curve where nothing is, and where the bookings are too few to be the team's plan."""
        days, weeks = self.capacity.days, self._weeks
        whole = int(np.searchsorted(days, after, side="right")) - 1
        found: Array = np.asarray(weeks[:whole].sum(axis=0))
        if whole == len(weeks):
            return np.asarray(found + self._curve(after) - self._curve(float(days[-1])))
        return np.asarray(found + weeks[whole] * (after - days[whole]) / (days[whole + 1] - days[whole]))

    @cached_property
    def _weeks(self) -> Array:
        """Hours of each week ahead that the bookings reach, by trial: an array of weeks × trials."""
        booked = np.diff(self.capacity.booked)[:, None] * _noise(BOOKED_HOURS_SD, self.scores)
        curve = np.diff(np.array([self._curve(float(day)) for day in self.capacity.days]), axis=0)
        first = int(np.argmax(booked[:, 0] > 0))
        is_plan = booked[first].mean() >= COVERED * curve[first].mean()
        return np.where(booked > 0, booked if is_plan else np.maximum(booked, curve), curve)


def _noise(sd: float, scores: Array) -> Array:
    """Lognormal of mean 1."""
    return np.exp(sd * scores - sd**2 / 2)


def make_ahead(
    remaining: Remaining,
    effort: Effort | None,
    state: State,
    scores: Scores,
    capacity: Capacity,
    *,
    floor: float = 0.0,
    delay: float = 0.0,
    pace_factor: float = 1.0,
    exponent: float = Middles.spend_exponent,
) -> Ahead:
    """Trials for an open engagement. `floor` is the least number of days that dependencies leave."""
    days = np.maximum(remaining.at(scores.time), max(floor, 0.5))
    if effort is None:  # nothing tells what the work costs: who is there until it is over does
        hours = capacity.hours_by(delay + days)
    else:
        hours = effort.at(scores.effort) - effort.spent - effort.assumed
    own = min(state.weeks / OWN_WEEKS, 1.0) if capacity.burn > 0 and not remaining.stalled else 0.0
    own, young = (1.0, capacity.burn <= 0 and state.weeks < BURN_FROM) if capacity.has_bookings else (own, False)
    resumed = former_pace(state) if remaining.stalled else 0.0
    late = effort.late if effort and not effort.overdue else 0.0
    return Ahead(days, hours, scores.pace, capacity, own, pace_factor, delay, young, exponent, late, resumed)


def former_pace(state: State) -> float:
    """Hours a working day in the last weeks before a standstill; 0 where no hours are known."""
    worked = np.flatnonzero(state.weekly_hours > 0)
    if not len(worked):
        return 0.0
    return float(state.weekly_hours[worked[0] : worked[0] + BURN_WEEKS].mean()) / DAYS_PER_WEEK
