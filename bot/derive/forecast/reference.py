"""What finished work teaches: the few numbers that the forecast rests on, with where they come from.

The built-in values were measured on published project records (docs/forecast-accuracy.md); they are structural, few,
and shrunk towards the portfolio's own finished engagements as soon as there are some (`learn.py`). Nothing here was
fitted to a single project.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.derive.forecast.constants import DATES_SD, LEAST_REST_SD, PRIOR_WEIGHT, SLIP_REACH
from bot.domain.frozen import frozen

MIN_WEEKS, BEST_WEEKS = 8, 13
"""Below eight weeks of history the own pace alone says too little; thirteen weeks are best (573 points)."""


@frozen
class Lags:
    """Working days: from the end of a milestone's work to its sign-off request, and from there to the answer."""

    to_send: float = 3.0
    to_answer: float = 5.0
    sd: float = 0.6


@frozen
class TypicalSlip:
    """What becomes of the time that a date leaves: factor in the median, sd of its logarithm below and above."""

    factor: float
    low_sd: float
    high_sd: float


@dataclass(frozen=True)
class Middles:
    """What a class of finished engagements has in the middle; spreads stay the organisation's, as they need more evidence."""

    ratio: float = 1.05
    """Actual ÷ estimated hours (19 projects: 1.05, sd .15; 78 of a services firm: .99)."""
    duration_per_root: float = 7.5
    """Working days per cube root of hours (19 projects: 7.3; 78 of a services firm: 10.5)."""
    plan_ratio: float = 1.05
    """Actual ÷ planned duration (76 of a services firm: median 1.0, P80 1.23)."""
    spend_exponent: float = 1.25
    """Share of the remaining effort spent in a share x of the remaining time = 1 − (1 − x)^this (19 projects: 1.32)."""


@dataclass(frozen=True)
class Reference(Middles):
    """The reference class: medians with the sd of their logarithm, and how many finished engagements they were learned from."""

    finished: int = 0
    names: tuple[str, ...] = ()
    ratio_sd: float = 0.15
    elasticity: float = 1 / 3
    """By how many percent longer work takes that is a percent larger; around `usual_hours`."""
    usual_hours: float = 1.0
    duration_sd: float = 0.35
    plan_sd: float = 0.33
    typical_days: float = 54.0
    """Working days of an engagement of which neither hours nor an end are known (31 releases: 75 calendar days)."""
    typical_sd: float = 0.4
    typical_by: Mapping[str, tuple[float, int]] = field(default_factory=dict)
    """By customer: mean working days of its last finished engagements (logarithmic), and how many."""
    classes: Mapping[tuple[str, str], Middles] = field(default_factory=dict)
    """By kind of contract and customer (either may be empty: all): the middles, shrunk towards those of the wider class."""
    growth: float = 0.0
    """Scope that arrived after the start ÷ final scope."""
    closed_share: float = 1.0
    """Share of the scope that is closed when an engagement ends; the rest is dropped or moves on (31 releases: median .94)."""
    booking_yield: float = 0.925
    """Hours worked ÷ hours hard-booked (GitLab's PS practice: 90–95 %)."""
    spread: float = 1.0
    """Factor on the finish ranges: how far finished engagements fell from what would have been forecast."""
    effort_spread: float = 1.0
    lags: Lags = field(default_factory=Lags)
    slips: tuple[tuple[int, float, float], ...] = ()
    """Dates of finished work: which engagement's, share of the time that was gone by them, ln(what was left ÷ what they left)."""

    def for_class(self, kind: str, customer: str) -> Reference:
        """The reference class of an engagement: its customer's within its kind, as far as finished work knows them."""
        known = ((kind, customer), ("", customer), (kind, ""))
        middles = next((self.classes[key] for key in known if key in self.classes), None)
        return dataclasses.replace(self, **dataclasses.asdict(middles)) if middles else self

    def days_by_size(self, hours: float) -> float:
        """Working days that work of so many hours takes, as the law of size has it."""
        return self.duration_per_root * math.cbrt(hours) * math.pow(hours / self.usual_hours, self.elasticity - 1 / 3)

    def slip(self, gone: float, left: float) -> TypicalSlip:
        """How a date slips that is `left` working days away after `gone` of them: as those of finished work at a like share.

        Each side of the median has its own spread, the upper one so that P80 holds as well as P95. An engagement counts once,
        by its date that is most alike.
        """
        share = gone / (gone + left)
        built_in = (1 - share) * math.log(self.plan_ratio)
        if not self.slips:
            return TypicalSlip(math.exp(built_in), *DATES_SD)
        whose, shares, logs = (np.array(column) for column in zip(*sorted(self.slips, key=lambda d: d[2]), strict=True))
        weights = np.exp(-0.5 * ((shares - share) / SLIP_REACH) ** 2)
        told = sum(float(weights[whose == one].max()) for one in np.unique(whose))
        own = told / (told + PRIOR_WEIGHT)
        p10, p50, p80, p95 = np.interp(
            (0.1, 0.5, 0.8, 0.95), (np.cumsum(weights) - weights / 2) / float(weights.sum()), logs
        )
        low = math.hypot(math.sqrt(own) * (p50 - p10) / 1.2816, math.sqrt(1 - own) * DATES_SD[0])
        high = math.hypot(
            math.sqrt(own) * ((p80 - p50) / 0.8416 + (p95 - p50) / 1.6449) / 2, math.sqrt(1 - own) * DATES_SD[1]
        )
        return TypicalSlip(
            math.exp(own * p50 + (1 - own) * built_in), max(low, LEAST_REST_SD), max(high, LEAST_REST_SD)
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, named as here: what a back-test prints and stores."""
        plain = dataclasses.asdict(dataclasses.replace(self, classes={}, typical_by={}))
        plain["typical_by"] = {name: list(pair) for name, pair in sorted(self.typical_by.items())}
        classes = [[*key, dataclasses.asdict(middles)] for key, middles in sorted(self.classes.items())]
        return {**plain, "names": list(self.names), "classes": classes}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Reference:
        """The inverse of `to_json`."""
        values = dict(plain)
        values["names"] = tuple(values["names"])
        values["lags"] = Lags(**values["lags"])
        values["slips"] = tuple((int(n), float(a), float(b)) for n, a, b in values.get("slips", ()))
        values["typical_by"] = {k: (float(m), int(n)) for k, (m, n) in values["typical_by"].items()}
        values["classes"] = {(kind, customer): Middles(**middles) for kind, customer, middles in values["classes"]}
        return cls(**values)


def learned_note(ref: Reference) -> str:
    """What today's forecasts learned from the finished engagements, each value beside the built-in one."""
    base = Reference()
    pairs = (
        ("actual ÷ estimated hours", ref.ratio, base.ratio),
        ("actual ÷ planned duration", ref.plan_ratio, base.plan_ratio),
        ("exponent of the spending curve", ref.spend_exponent, base.spend_exponent),
        ("share of the scope closed at the end", ref.closed_share, base.closed_share),
        ("hours worked ÷ hard-booked", ref.booking_yield, base.booking_yield),
        ("working days until a sign-off is sent", ref.lags.to_send, base.lags.to_send),
        ("and answered", ref.lags.to_answer, base.lags.to_answer),
        ("factor on finish ranges", ref.spread, base.spread),
        ("on effort ranges", ref.effort_spread, base.effort_spread),
    )
    learned = ", ".join(f"{name} {value:.2f} ({built_in:.2f})" for name, value, built_in in pairs)
    count = "1 finished engagement" if ref.finished == 1 else f"{ref.finished} finished engagements"
    return f"Learned from {count} (built-in values in brackets): {learned}."


def middles_of(logs: NDArray[np.float64], wider: Middles) -> Middles:
    """Medians of the columns (a row an engagement, NaN: it can't tell), the wider class counting as PRIOR_WEIGHT engagements."""
    columns = zip(logs.T, astuple(wider), strict=True)
    return Middles(*(shrunk(column[~np.isnan(column)], prior) for column, prior in columns))


def shrunk(logs: NDArray[np.float64] | Sequence[float], prior: float) -> float:
    """exp of the median logarithm, the prior counting as PRIOR_WEIGHT observations."""
    if not len(logs):
        return prior
    return math.exp((len(logs) * float(np.median(logs)) + PRIOR_WEIGHT * math.log(prior)) / (len(logs) + PRIOR_WEIGHT))


def by_class(
    logs: NDArray[np.float64], kinds: Sequence[str], customers: Sequence[str], base: Middles
) -> dict[tuple[str, str], Middles]:
    """By kind and customer (empty: all of them), from the widest class to the narrowest.

    Each engagement counts once, in the narrowest class of the chain that holds it: a customer that is the whole
    organisation makes nothing surer.
    """
    by_kind, by_customer = (_members(np.array(names)) for names in (kinds, customers))
    everyone = np.ones(len(logs), dtype=bool)
    found = {}
    for (kind, k), (customer, c) in itertools.product(
        [("", everyone), *by_kind.items()], [("", everyone), *by_customer.items()]
    ):
        middles = base
        for ring in (~k & ~c, k & ~c, c) if customer else (~k, k):
            middles = middles_of(logs[ring], middles)
        found[kind, customer] = middles
    return found


def _members(names: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    return {str(name): names == name for name in np.unique(names) if name}
