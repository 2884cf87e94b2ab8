"""When will it be done? The remaining time as a median and a spread, from the own pace and the reference class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from bot.derive.forecast.capacity import Capacity
from bot.derive.forecast.constants import (
    BOOKED_SD,
    CLASS_SD,
    CLOSING_SD,
    LEAST_PROGRESS,
    LEAST_REST_SD,
    MOST_UNEVEN,
    MOVING,
    OWN_SD,
    PACE_WEEKS,
    SCOPE_SD,
    SKEW,
    STALL_WEEKS,
    STALLED_SD,
    TYPICAL_WIDER,
    UNEVEN_WEEKS,
)
from bot.derive.forecast.history import DAYS_PER_WEEK, Array, State
from bot.derive.forecast.reference import Reference
from bot.domain.frozen import frozen

NORMAL = NormalDist()
LEVELS = (0.10, 0.50, 0.80, 0.95)
SCORES = tuple(NORMAL.inv_cdf(level) for level in LEVELS)
LEAST_DAYS = 1.0


class PriorSource(StrEnum):
    """What the expected duration was read from."""

    DATES = "dates"
    PLAN = "plan"
    BOOKINGS = "bookings"
    HOURS = "hours"
    TYPICAL = "typical"


@frozen
class Prior:
    """What is expected of the total duration before looking at the pace: ln(working days) and its sd."""

    mean: float
    sd: float
    source: PriorSource


@frozen
class Remaining:
    """Working days still to go: median, sd of the logarithm below and above it, weight of the own pace, stalled or not."""

    median: float
    low_sd: float
    high_sd: float
    own_weight: float
    stalled: bool = False

    def at(self, score: float | Array) -> Array:
        """Days to go at a standard normal score (one or many)."""
        z = np.asarray(score, dtype=np.float64)
        return self.median * np.exp(np.where(z < 0, self.low_sd, self.high_sd) * z)

    def faster(self, factor: float) -> Remaining:
        """The same at so many times the pace."""
        return replace(self, median=max(self.median / factor, LEAST_DAYS))

    def chance_within(self, days: float) -> float:
        """Probability that no more than `days` are needed."""
        if days <= 0:
            return 0.0
        gap = math.log(days / self.median)
        sd = self.low_sd if gap < 0 else self.high_sd
        return NORMAL.cdf(gap / sd)


def combine_priors(
    hours: float | None,
    planned: float | None,
    typical: tuple[float, int] | None,
    ref: Reference,
    booked: float | None = None,
    dates: tuple[float, float] | None = None,
) -> Prior:
    """The reference class of an engagement: by its dates, its bookings, its size in hours, else by what is typical.

    `hours` at completion, `planned` working days of the SOW, `typical` days (and number) of the customer's finished ones,
    `booked` working days from its start until bookings cover all of its work, `dates` working days gone, and to go by the
    dates that the open work has now: they take the place of the SOW's, since people who move a date know why.
    They are weighed by precision, but several voices make it no surer than the best one: they err together.
    A law of size is heard only without dates, what is typical only without any voice.
    """
    voices: list[tuple[float, float, PriorSource]] = []
    if dates:
        gone, left = dates
        slip = ref.slip(gone, left)
        rest = left * slip.factor
        voices.append(
            (math.log(gone + rest), (slip.low_sd + slip.high_sd) / 2 * rest / (gone + rest), PriorSource.DATES)
        )
    elif planned:
        voices.append((math.log(planned * ref.plan_ratio), ref.plan_sd, PriorSource.PLAN))
    if booked:
        voices.append((math.log(booked), BOOKED_SD, PriorSource.BOOKINGS))
    if hours and not dates and not planned:
        voices.append((math.log(ref.days_by_size(hours)), ref.duration_sd, PriorSource.HOURS))
    if not voices:
        mean = math.log(ref.typical_days)
        if typical:
            days, count = typical
            mean = (mean + count * math.log(days)) / (1 + count)
        voices.append((mean, ref.typical_sd, PriorSource.TYPICAL))
    weights = [1 / sd**2 for _, sd, _ in voices]
    mean = sum(w * m for w, (m, _, _) in zip(weights, voices, strict=True)) / sum(weights)
    return Prior(mean, min(sd for _, sd, _ in voices), voices[0][2])


def remaining_time(
    state: State,
    prior: Prior,
    ref: Reference,
    *,
    rest: float | None = None,
    capacity: Capacity | None = None,
    growth: float = 0.0,
    pace_factor: float = 1.0,
) -> Remaining:
    """Working days from `state` to the last closing.

    Total duration is a precision-weighted mean (in logarithms) of what the own progress says and of the reference class,
    given that it has lasted this long already. `rest` are the hours still to be spent, where they are known, `capacity` who is there
    for them; `growth` is the scope still to come ÷ scope known; `pace_factor` scales the own pace
    (what-if).
    """
    hours_based = float(state.weekly_hours.sum()) > 0
    own = _own_remaining(state, growth, hours_based, ref.closed_share, rest, capacity)
    elapsed = max(state.elapsed, 1.0)
    if own is None:
        return _by_class(state, prior, ref, pace_factor, capacity is not None and capacity.has_bookings)
    progress = min(max(state.progress / (1 + growth), LEAST_PROGRESS), 1 - LEAST_PROGRESS)
    own_sd = OWN_SD * math.sqrt((1 - progress) / progress)
    if not hours_based:
        own_sd = _closing_sd(state) * own / (elapsed + own)
    class_sd = math.hypot(prior.sd, max(math.log(elapsed) - prior.mean, 0.0))
    weight = class_sd**2 / (class_sd**2 + own_sd**2)
    expected = _given_lasted(prior, elapsed) if hours_based else prior.mean
    middle = weight * math.log(elapsed + own) + (1 - weight) * expected
    total = Total(middle, math.sqrt(weight) * own_sd, elapsed)
    if is_stalled(state):
        median = max(total.left(0.5), LEAST_DAYS)
        return Remaining(math.sqrt(median * elapsed) / pace_factor, STALLED_SD, STALLED_SD, 0.0, stalled=True)
    return total.remaining(ref.spread, pace_factor, weight)


def _closing_sd(state: State) -> float:
    """Sd of ln(time to go) by closings: as uneven as the own weeks were, and the doubt about a scope that comes and goes."""
    return math.hypot(CLOSING_SD * _unevenness(state), SCOPE_SD * min(MOVING * state.arrived, 1.0))


def _by_class(state: State, prior: Prior, ref: Reference, pace_factor: float, booked: bool) -> Remaining:
    """Without a pace of its own: as the class says; a date tells of the time that is left, the others of all of it."""
    elapsed = max(state.elapsed, 1.0)
    if prior.source == PriorSource.DATES:
        left = max(math.exp(prior.mean) - state.elapsed, LEAST_DAYS)
        slip = ref.slip(elapsed, left)
        return Remaining(left / pace_factor, slip.low_sd, slip.high_sd, 0.0)
    days = max(math.exp(_given_lasted(prior, state.elapsed)) - state.elapsed, LEAST_DAYS)
    if not booked and state.spent + state.earned <= 0:
        # Nothing is done yet: that the end holds, and that the work still takes as long as it was to take, count alike.
        days = math.sqrt(days * max(math.exp(prior.mean), days))
    sd = TYPICAL_WIDER * prior.sd if prior.source == PriorSource.TYPICAL else max(prior.sd, CLASS_SD)
    # Days that passed with nothing done make no one surer: of a shorter rest the same range is a larger share.
    idle = elapsed + days if state.spent + state.earned <= 0 else elapsed
    sd = max(sd, min(sd * idle / days, STALLED_SD)) * ref.spread
    return Remaining(days / pace_factor, sd, sd, 0.0)


@frozen
class Total:
    """ln(total duration) is normal, given that `elapsed` working days were not enough."""

    mean: float
    sd: float
    elapsed: float

    def left(self, level: float) -> float:
        """Working days to go at a level of probability."""
        gone = min(NORMAL.cdf((math.log(self.elapsed) - self.mean) / self.sd), 0.999)
        return math.exp(self.mean + self.sd * NORMAL.inv_cdf(gone + level * (1 - gone))) - self.elapsed

    def remaining(self, spread: float, pace_factor: float, weight: float) -> Remaining:
        """The same as median and spread of the days to go."""
        median = max(self.left(0.5), LEAST_DAYS)
        z = NORMAL.inv_cdf(0.9)
        low, high = (abs(math.log(max(self.left(level), 0.02 * median) / median)) / z for level in (0.1, 0.9))
        low, high = max(low, LEAST_REST_SD), max(high, LEAST_REST_SD)
        return Remaining(median / pace_factor, low * spread, SKEW * high * spread, weight)


def is_stalled(state: State) -> bool:
    """Whether nothing was logged or closed in the last four weeks (of at least four) though work is open."""
    moved = any((weekly[:STALL_WEEKS] > 0).any() for weekly in (state.weekly_hours, state.weekly_closed))
    return state.weeks >= STALL_WEEKS and state.open_items > 0 and not moved


def _own_remaining(
    state: State,
    growth: float,
    hours_based: bool,
    closed_share: float,
    rest: float | None,
    capacity: Capacity | None,
) -> float | None:
    """Working days to go at the own pace; None while nothing is earned.

    Where hours are logged two voices count alike: the time that the progress so far took, and the hours still to be spent as
    booked, then at the burn of late. The first is steady, the second sees at once that people joined or left.
    """
    if state.elapsed <= 0 or state.earned <= 0:
        return None
    total = state.total * (1 + growth)
    if hours_based:
        voices = [
            state.elapsed * (total - earned) / earned for earned in (state.earned_closed, state.earned) if earned > 0
        ]
        by_hours = _days_for(rest, capacity, state) if rest else None
        return _pooled([*voices, *([by_hours] if by_hours else [])])
    pace = pooled_pace(state.weekly_closed) if state.weeks else state.earned / state.elapsed * DAYS_PER_WEEK
    goal = max(total * closed_share - state.earned_closed, LEAST_PROGRESS * total)
    return goal / pace * DAYS_PER_WEEK if pace > 0 else None


def _days_for(rest: float, capacity: Capacity | None, state: State) -> float | None:
    """Working days for the hours left, as booked and at the burn; in replays, of which no plan is known, at the burn alone."""
    if capacity is not None:
        return capacity.days_to_do(rest)
    burn = pooled_pace(state.weekly_hours) / DAYS_PER_WEEK
    return rest / burn if burn > 0 else None


def _pooled(values: Sequence[float]) -> float:
    """Geometric mean, of a day at least: simple forecasts that err in different ways, each counting alike."""
    return math.exp(sum(math.log(max(v, LEAST_DAYS)) for v in values) / len(values))


def pooled_pace(weekly: Sequence[float] | Array) -> float:
    """Value closed (hours burnt) per week to expect: the mean over windows, so that no burst or lull decides.

    What lies ahead is a sum of weeks, so it is a mean of their amounts, late weeks being in most windows. The mean of their
    logarithms would let one quiet window, the least certain of all, outvote the others.
    """
    weeks = np.asarray(weekly, dtype=np.float64)
    if not len(weeks):
        return 0.0
    return max(float(np.mean([weeks[:length].mean() for length in PACE_WEEKS])), 0.0)


def _unevenness(state: State) -> float:
    """Own volatility of closings by week ÷ the usual one, which counts as some weeks."""
    usual, window = UNEVEN_WEEKS
    recent = state.weekly_closed[:window]
    mean = float(recent.mean()) if len(recent) else 0.0
    uneven = float(recent.std()) / mean if mean > 0 else 1.0
    return math.sqrt((usual + len(recent) * min(uneven, MOST_UNEVEN) ** 2) / (usual + len(recent)))


def _given_lasted(prior: Prior, elapsed: float) -> float:
    """ln of the median total duration, given that `elapsed` days were not enough."""
    if elapsed <= 0:
        return prior.mean
    gone = min(NORMAL.cdf((math.log(elapsed) - prior.mean) / prior.sd), 0.999)
    return prior.mean + prior.sd * NORMAL.inv_cdf(gone + 0.5 * (1 - gone))


@lru_cache(maxsize=4)
def normal_nodes(trials: int) -> Array:
    """Equally likely scores of the standard normal: shuffled, they are a stratified sample."""
    nodes = np.array([NORMAL.inv_cdf((n + 0.5) / trials) for n in range(trials)])
    nodes.setflags(write=False)
    return nodes
