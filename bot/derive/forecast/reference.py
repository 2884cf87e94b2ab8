"""What finished work teaches: the few numbers that the forecast rests on, with where they come from.

The built-in values were measured on published project records (docs/forecast-accuracy.md); they are structural, few,
and shrunk towards the portfolio's own finished engagements as soon as there are some (`learn.py`). Nothing here was
fitted to a single project.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.domain.model import EMPTY

# -- shape constants: measured once, not learned anew (19 commercial projects with time logs unless said otherwise)

RATIO_WEIGHT = 0.1
"""Past projects' actual ÷ estimate counts as much as this share of the budget being done."""
SPEND_EXPONENT = 1.25
"""Share of the remaining effort spent in a share x of the remaining time = 1 − (1 − x)^exponent."""
BUDGET_WEIGHT = 1.0
"""The same of the budget where no hours are estimated: it counts as much as all of the items."""
OWN_SD = 0.4
"""Sd of ln(total duration by the own pace) = this × √((1 − p) / p) at progress p, where hours are logged."""
CLOSING_SD = 0.5
"""Sd of ln(time to go) where only closings are known, before the engagement's own volatility."""
BOOKED_SD = 0.25
"""Sd of ln(total duration ÷ until bookings cover the work): people are named, so surer than dates (assumed, no records)."""
DATES_SD = (0.40, 0.60)
"""Sd of ln(remaining ÷ what dates leave), below and above the median, before finished work tells (62 projects, weekly dates)."""
SLIP_WEIGHT = 36
"""The built-in slip of dates counts as much as this many dates of finished work, asked at a like share of their time."""
SLIP_REACH = 0.1
"""Sd of the bell by which dates asked at another share of the time count less."""
LEAST_REST_SD = 0.3
"""Sd of ln(time to go) at least, however much is known: the last bits drag on or are dropped."""
SCOPE_SD = 1.0
"""Added (in squares) where only closings are known and scope comes and goes."""
MOVING = 3.0
"""Scope counts as coming and going in full when a third of it arrived after the start."""
STALLED_SD = 1.2
"""Nothing logged and nothing closed for four weeks: the pace is unknown, the range is wide."""
EFFORT_SD = 0.12
"""Sd of effort at completion ÷ forecast, × √(share left): many tasks err independently, so variances add up."""
COMMON_SHARE = 0.15
"""Share of the variance that engagements of a portfolio have in common (assumed: the records can't tell)."""
MIN_WEEKS, BEST_WEEKS = 8, 13
"""Below eight weeks of history the own pace alone says too little; thirteen weeks are best (573 points)."""


@dataclass(frozen=True)
class Lags:
    """Working days: from the end of a milestone's work to its sign-off request, and from there to the answer."""

    to_send: float = 3.0
    to_answer: float = 5.0
    sd: float = 0.6


@dataclass(frozen=True)
class Slip:
    """What becomes of the time that a date leaves: factor in the median, sd of its logarithm below and above."""

    factor: float
    low_sd: float
    high_sd: float


@dataclass(frozen=True)
class Reference:
    """The reference class: medians with the sd of their logarithm, and how many finished engagements they were learned from."""

    finished: int = 0
    names: tuple[str, ...] = ()
    ratio: float = 1.05
    """Actual ÷ estimated hours (19 projects: 1.05, sd .15; 78 of a services firm: .99)."""
    ratio_sd: float = 0.15
    duration_per_root: float = 7.5
    """Working days per cube root of hours (19 projects: 7.3; 78 of a services firm: 10.5)."""
    duration_sd: float = 0.35
    plan_ratio: float = 1.05
    """Actual ÷ planned duration (76 of a services firm: median 1.0, P80 1.23)."""
    plan_sd: float = 0.33
    typical_days: float = 54.0
    """Working days of an engagement of which neither hours nor an end are known (31 releases: 75 calendar days)."""
    typical_sd: float = 0.4
    typical_by: Mapping[str, tuple[float, int]] = field(default_factory=lambda: EMPTY)
    """By customer: median working days of its finished engagements, and how many."""
    growth: float = 0.0
    """Scope that arrived after the start ÷ final scope."""
    closed_share: float = 1.0
    """Share of the scope that is closed when an engagement ends; the rest is dropped or moves on (31 releases: median .94)."""
    booking_yield: float = 0.925
    """Hours worked ÷ hours hard-booked (GitLab's PS practice: 90–95 %)."""
    spread: float = 1.0
    """Factor on the finish ranges: how far finished engagements fell from what would have been forecast."""
    effort_spread: float = 1.0
    lags: Lags = Lags()
    slips: tuple[tuple[float, float], ...] = ()
    """Dates of finished work: share of the time that was gone by them, ln(what was left ÷ what they left)."""

    def slip(self, gone: float, left: float) -> Slip:
        """How a date slips that is `left` working days away after `gone` of them: as those of finished work at a like share.

        Each side of the median has its own spread, the upper one so that P80 holds as well as P95.
        """
        share = gone / (gone + left)
        built_in = (1 - share) * math.log(self.plan_ratio)
        if not self.slips:
            return Slip(math.exp(built_in), *DATES_SD)
        shares, logs = (np.array(column) for column in zip(*sorted(self.slips, key=lambda pair: pair[1]), strict=True))
        weights = np.exp(-0.5 * ((shares - share) / SLIP_REACH) ** 2)
        total = float(weights.sum())
        own = total / (total + SLIP_WEIGHT)
        p10, p50, p80, p95 = np.interp((0.1, 0.5, 0.8, 0.95), (np.cumsum(weights) - weights / 2) / total, logs)
        low = math.hypot(math.sqrt(own) * (p50 - p10) / 1.2816, math.sqrt(1 - own) * DATES_SD[0])
        high = math.hypot(
            math.sqrt(own) * ((p80 - p50) / 0.8416 + (p95 - p50) / 1.6449) / 2, math.sqrt(1 - own) * DATES_SD[1]
        )
        return Slip(math.exp(own * p50 + (1 - own) * built_in), max(low, LEAST_REST_SD), max(high, LEAST_REST_SD))

    def to_json(self) -> dict[str, Any]:
        """Plain values, named as here: what a back-test prints and stores."""
        plain = dataclasses.asdict(dataclasses.replace(self, typical_by={}))
        plain["typical_by"] = {name: list(pair) for name, pair in sorted(self.typical_by.items())}
        return {**plain, "names": list(self.names)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Reference:
        """The inverse of `to_json`."""
        values = dict(plain)
        values["names"] = tuple(values["names"])
        values["lags"] = Lags(**values["lags"])
        values["slips"] = tuple((float(a), float(b)) for a, b in values.get("slips", ()))
        values["typical_by"] = {k: (float(m), int(n)) for k, (m, n) in values["typical_by"].items()}
        return cls(**values)
