"""What will it cost in hours? Effort at completion, with the scope known and with the scope still to come."""

from __future__ import annotations

import math

import numpy as np

from bot.derive.forecast.constants import (
    ARRIVING,
    BUDGET_WEIGHT,
    EFFORT_SD,
    GROWTH_ITEMS,
    GROWTH_SD,
    LEAST_LEFT,
    LEAST_PROGRESS,
    LEAST_REST,
    MAX_GROWTH,
    RATIO_WEIGHT,
    UNPLANNED,
)
from bot.derive.forecast.history import Array, State
from bot.derive.forecast.reference import Reference
from bot.domain.frozen import frozen
from bot.domain.vocabulary import ValueBasis


@frozen
class Effort:
    """Hours at completion: spent so far, median of the rest, sd of the total ÷ total."""

    spent: float
    rest: float
    sd: float
    growth: float = 0.0
    """Scope still to come ÷ scope known, contained in `rest`."""
    late: float = 0.0
    """Hours that are worked and not logged yet, contained in `rest`."""
    overdue: bool = False
    """Whether they should have been logged by now: then nobody knows when they will be."""
    assumed: float = 0.0
    """What the work done so far is taken to have cost where nobody logs time."""

    @property
    def total(self) -> float:
        return self.spent + self.assumed + self.rest

    def at(self, score: float | Array) -> Array:
        """Hours at completion at a standard normal score; never less than spent and a share of the rest."""
        z = np.asarray(score, dtype=np.float64)
        return np.maximum(self.total * (1 + self.sd * z), self.spent + self.assumed + LEAST_REST * self.rest)


def estimate_effort(
    state: State, budget: float | None, basis: ValueBasis, ref: Reference, growth: float = 0.0
) -> Effort | None:
    """Effort at completion from partial credit and a ratio shrunk to past projects; None where hours can't be known.

    In hours basis the unit is an estimated hour; else a unit's hours are the budget's share, or what units cost so far.
    Where work is done and nobody logged an hour, it is taken to have cost what such work costs, and the range is as wide.
    """
    rate = _hours_per_unit(state, budget, basis, ref)
    if rate is None:
        return None
    weight = (RATIO_WEIGHT if basis == ValueBasis.HOURS or not budget else BUDGET_WEIGHT) * state.total
    unlogged = min(state.unlogged, state.earned)
    ratio = (state.spent + weight * rate) / (state.earned - unlogged + weight) if state.spent > 0 else rate
    progress = min(state.progress, 1.0)
    late = unlogged * ratio
    rest = state.left * ratio + late
    if basis != ValueBasis.HOURS and budget and state.left > 0:
        # Items without hours differ in size by more than the budget errs: what it leaves is a voice that counts alike.
        rest = (rest + max(rate * state.total - (state.spent or state.earned * rate), 0.0)) / 2
    coming = growth * state.total * ratio if state.left > 0 or growth > 0 else 0.0
    base = EFFORT_SD * math.sqrt(max(1 - progress, LEAST_LEFT)) * ref.effort_spread
    sd = math.hypot(base, GROWTH_SD * growth) if growth else base
    if state.spent > 0 or state.earned == 0:
        return Effort(state.spent, rest + coming, sd, growth, min(late, rest), state.overdue)
    return Effort(0.0, rest + coming, math.hypot(sd, ref.ratio_sd), growth, assumed=state.earned * rate)


def _hours_per_unit(state: State, budget: float | None, basis: ValueBasis, ref: Reference) -> float | None:
    """Hours that a unit of value is expected to cost, before the engagement's own experience."""
    if state.total <= 0:
        return None
    if basis == ValueBasis.HOURS:
        return ref.ratio
    if budget:
        return budget * ref.ratio / state.total
    if state.spent > 0 and state.earned > 0:
        return state.spent / state.earned
    return None


def scope_to_come(state: State, ref: Reference, budget: float | None, basis: ValueBasis) -> float:
    """Scope still to come ÷ scope known: the trend of arrivals, or the part of the budget that no item stands for yet.

    Arrivals slow down as time goes by (31 releases: 59, 82, 91 % of the final items were known at 25, 50, 75 %).
    """
    if state.total <= 0:
        return 0.0
    gone = min(max(state.progress, LEAST_PROGRESS), 1.0)
    seen = (state.items * state.arrived + GROWTH_ITEMS * ref.growth) / (state.items + GROWTH_ITEMS)
    trend = ARRIVING * seen * (1 - gone)
    unplanned, (beyond, most) = 0.0, UNPLANNED
    if basis == ValueBasis.HOURS and budget:
        unplanned = (budget / state.total - 1.0) * (1 - gone) if budget > beyond * state.total else 0.0
    return min(max(trend, unplanned), MAX_GROWTH if unplanned <= trend else most)
