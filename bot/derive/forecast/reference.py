"""What finished work teaches: the few numbers that the forecast rests on, with where they come from.

The built-in values were measured on published project records (docs/forecast-accuracy.md); they are structural, few,
and shrunk towards the portfolio's own finished engagements as soon as there are some (`learn.py`). Nothing here was
fitted to a single project.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.model import EMPTY

# -- shape constants: measured once, not learned anew (19 commercial projects with time logs unless said otherwise)

RATIO_WEIGHT = 0.1
"""Past projects' actual ÷ estimate counts as much as this share of the budget being done."""
LATE_RELIEF = 0.4
"""What is still open near the end costs less than estimated: the remainder is × (1 − relief × progress⁶)."""
TAIL_EXPONENT = 0.85
"""Effort runs ahead of time: time share gone = 1 − (1 − progress)^exponent; people roll off, the last things wait."""
CLOSED_SHARE = 0.25
"""Weight of closed-only progress beside progress with partial credit: the end is a matter of closing."""
SPEND_EXPONENT = 1.25
"""Share of the remaining effort spent in a share x of the remaining time = 1 − (1 − x)^exponent."""
CURVE_SHARE = 1 / 3
"""Hours ahead: a third from the spending curve, the rest from bookings and the burn of late, capped at the remaining effort."""
OWN_SD = 0.8
"""Sd of ln(total duration by the own pace) at progress 0, where hours are logged; falls with the share not yet earned."""
OWN_CLOSED_SD = 1.25
"""The same where only closings are known: scope arrives late, and closings come in bursts at the end (31 releases)."""
BOOKED_SD = 0.25
"""Sd of ln(total duration ÷ until bookings cover the work): people are named, so surer than dates (assumed, no records)."""
DATES_SD = (0.40, 0.60)
"""Sd of ln(remaining ÷ what the dates in the plan leave), below and above the median (62 projects, weekly dates of managers)."""
DATES_WEIGHT_SD = 0.8
"""The same beside the own pace: managers' dates err as much as it does at any share of the time."""
REMAINING_SD = (0.40, 0.50)
"""Sd of ln(remaining duration), below and above the median, where hours are logged."""
LAST_MILE = 0.03
"""Sd added above the median: this share of the time gone ÷ the time to go. The last bits drag on."""
THROUGHPUT_SD = (0.50, 0.55)
"""The same for closings alone, before the engagement's own volatility (22 open projects, 573 points)."""
CUT_SD = 0.8
"""Sd added below the median where only closings are known and scope comes and goes: what is left may be cut (31 releases)."""
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
        values["typical_by"] = {k: (float(m), int(n)) for k, (m, n) in values["typical_by"].items()}
        return cls(**values)
