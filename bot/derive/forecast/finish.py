"""When will it be done? The remaining time as a median and a spread, from the own pace and the reference class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from bot.derive.forecast.bookings import days_to_do
from bot.derive.forecast.history import DAYS_PER_WEEK, Array, State
from bot.derive.forecast.reference import (
    BOOKED_SD,
    CLOSED_SHARE,
    CUT_SD,
    DATES_SD,
    DATES_WEIGHT_SD,
    LAST_MILE,
    MOVING,
    OWN_CLOSED_SD,
    OWN_SD,
    REMAINING_SD,
    STALLED_SD,
    TAIL_EXPONENT,
    THROUGHPUT_SD,
    Reference,
)

NORMAL = NormalDist()
LEVELS = (0.10, 0.50, 0.80, 0.95)
SCORES = tuple(NORMAL.inv_cdf(level) for level in LEVELS)
STALL_WEEKS = 4
PACE_MIX = ((4, 0.125), (13, 0.25), (52, 0.125))
"""Weights of the mean closings of the last 4, 13 and 52 weeks; the rest is an exponentially weighted mean."""
PACE_DECAY = 0.85
LEAST_DAYS = 1.0


@dataclass(frozen=True)
class Prior:
    """What is expected of the total duration before looking at the pace: ln(working days) and its sd."""

    mean: float
    sd: float
    source: str
    """`dates`, `plan`, `bookings`, `hours` or `typical`."""


@dataclass(frozen=True)
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
    What is typical counts only without any.
    """
    voices: list[tuple[float, float, str]] = []
    if dates:
        gone, left = dates[0], slipped(*dates, ref)
        sd = min(ref.plan_sd, DATES_WEIGHT_SD * left / (gone + left))
        voices.append((math.log(gone + left), sd, "dates"))
    elif planned:
        voices.append((math.log(planned * ref.plan_ratio), ref.plan_sd, "plan"))
    if booked:
        voices.append((math.log(booked), BOOKED_SD, "bookings"))
    if hours:
        voices.append((math.log(ref.duration_per_root * hours ** (1 / 3)), ref.duration_sd, "hours"))
    if not voices:
        mean = math.log(ref.typical_days)
        if typical:
            days, count = typical
            mean = (mean + count * math.log(days)) / (1 + count)
        voices.append((mean, ref.typical_sd, "typical"))
    weights = [1 / sd**2 for _, sd, _ in voices]
    mean = sum(w * m for w, (m, _, _) in zip(weights, voices, strict=True)) / sum(weights)
    return Prior(mean, min(sd for _, sd, _ in voices), voices[0][2])


def slipped(gone: float, left: float, ref: Reference) -> float:
    """Working days to a date that is `left` working days away after `gone` of them.

    It slips as finished work slipped against its plan, less and less towards the end.
    """
    return left * math.pow(ref.plan_ratio, left / (gone + left))


def remaining_time(
    state: State,
    prior: Prior,
    ref: Reference,
    *,
    rest: float | None = None,
    booked: tuple[Array, Array] | None = None,
    growth: float = 0.0,
    pace_factor: float = 1.0,
) -> Remaining:
    """Working days from `state` to the last closing.

    Total duration is a precision-weighted mean (in logarithms) of what the own progress says and of the reference class,
    given that it has lasted this long already. `rest` are the hours still to be spent, where they are known, `booked` the
    capacity for them (`booked_ahead`); `growth` is the scope still to come ÷ scope known; `pace_factor` scales the own pace
    (what-if).
    """
    hours_based = float(state.weekly_hours.sum()) > 0 and state.earned > 0
    own = _own_remaining(state, growth, hours_based, ref.closed_share, rest, booked)
    elapsed = max(state.elapsed, 1.0)
    if own is None:
        days = max(math.exp(_given_lasted(prior, state.elapsed)) - state.elapsed, LEAST_DAYS)
        sd = 1.5 * prior.sd if prior.source == "typical" else max(prior.sd, 0.4)
        # Days that passed with nothing done make no one surer: of a shorter rest the same range is a larger share.
        idle = elapsed + days if state.spent + state.earned == 0 else elapsed
        sd = max(sd, min(sd * idle / days, STALLED_SD))
        low, high = DATES_SD if prior.source == "dates" else (sd, sd)
        return Remaining(days / pace_factor, low * ref.spread, high * ref.spread, 0.0)
    share = 1.0 if hours_based else ref.closed_share
    progress = min(state.progress / (1 + growth) / share, 0.98)
    own_variance = ((OWN_SD if hours_based else OWN_CLOSED_SD) * (1 - progress)) ** 2
    surprise = max(math.log(elapsed) - prior.mean, 0.0)
    variance = prior.sd**2 + surprise**2
    weight = variance / (variance + own_variance)
    total = math.exp(weight * math.log(elapsed + own) + (1 - weight) * _given_lasted(prior, elapsed))
    median = max(total - elapsed, LEAST_DAYS)
    if is_stalled(state):
        return Remaining(math.sqrt(median * elapsed) / pace_factor, STALLED_SD, STALLED_SD, 0.0, stalled=True)
    low, high = _spread(state, hours_based, (1 - weight) * prior.sd, elapsed / median)
    return Remaining(median / pace_factor, low * ref.spread, high * ref.spread, weight)


def is_stalled(state: State) -> bool:
    """Whether nothing was logged or closed in the last four weeks (of at least four) though work is open."""
    quiet = state.weekly_hours[:STALL_WEEKS].sum() + state.weekly_closed[:STALL_WEEKS].sum() == 0
    return state.weeks >= STALL_WEEKS and state.open_items > 0 and bool(quiet)


def _own_remaining(
    state: State,
    growth: float,
    hours_based: bool,
    closed_share: float,
    rest: float | None,
    booked: tuple[Array, Array] | None,
) -> float | None:
    """Working days to go at the own pace; None while nothing is earned.

    Where hours are logged two voices count alike: the time that the progress so far took, and the hours still to be spent as
    booked, then at the burn of late. The first is steady, the second sees at once that people joined or left.
    """
    if state.total <= 0 or state.elapsed <= 0 or state.earned <= 0:
        return None
    total = state.total * (1 + growth)
    if hours_based:
        done = (1 - CLOSED_SHARE) * state.earned + CLOSED_SHARE * state.earned_closed
        gone = 1 - math.pow(1 - min(done / total, 0.98), TAIL_EXPONENT)
        by_progress = state.elapsed * (1 - gone) / gone
        by_hours = days_to_do(rest, booked, closing_pace(state.weekly_hours) / DAYS_PER_WEEK) if rest else None
        return math.sqrt(by_progress * by_hours) if by_hours else by_progress
    pace = closing_pace(state.weekly_closed) if state.weeks else state.earned / state.elapsed * DAYS_PER_WEEK
    goal = max(total * closed_share - state.earned_closed, 0.02 * total)
    return goal / pace * DAYS_PER_WEEK if pace > 0 else None


def closing_pace(weekly: Sequence[float] | Array) -> float:
    """Value closed (hours burnt) per week to expect: a geometric blend of windows, so that no burst or lull decides."""
    weeks = np.asarray(weekly, dtype=np.float64)
    means = [(weight, float(weeks[:length].mean())) for length, weight in PACE_MIX]
    recent = weeks[:52]
    means.append(
        (1 - sum(w for w, _ in means), float(np.average(recent, weights=PACE_DECAY ** np.arange(len(recent)))))
    )
    floor = 0.1 * float(weeks[:13].mean())
    if floor <= 0:
        return float(weeks.mean())
    return math.exp(sum(weight * math.log(max(mean, floor)) for weight, mean in means))


def _spread(state: State, hours_based: bool, doubt: float, gone: float) -> tuple[float, float]:
    """Sd of ln(time to go) below and above the median; `doubt` about the class, `gone` is the time gone ÷ the time to go.

    What is nearly over may still drag on. Where scope comes and goes, what is left may also be cut, and the end be at once.
    """
    if hours_based:
        low, high, moving = *REMAINING_SD, 1.0
    else:
        low, high = _throughput_sd(state, doubt)
        moving = min(MOVING * state.arrived, 1.0)
        low = math.hypot(low, CUT_SD * moving)
    return low, min(math.hypot(high, LAST_MILE * moving * gone), max(high, STALLED_SD))


def _throughput_sd(state: State, doubt: float) -> tuple[float, float]:
    """Spread of closings: the general one, scaled by how uneven the own weeks were, and the doubt about the class."""
    recent = state.weekly_closed[:26]
    mean = float(recent.mean()) if len(recent) else 0.0
    uneven = float(recent.std()) / mean if mean > 0 else 1.0
    factor = math.sqrt((10 + len(recent) * min(uneven, 2.0) ** 2) / (10 + len(recent)))
    low, high = (math.hypot(sd * factor, 2 * doubt) for sd in THROUGHPUT_SD)
    return low, high


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
