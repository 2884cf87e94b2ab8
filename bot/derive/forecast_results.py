"""What the forecast finds: of one engagement, and of the portfolio's quarters and weeks. Re-exported by `results`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Generic, TypeVar

from bot.derive.status_results import Reason
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import EMPTY
from bot.domain.vocabulary import ForecastBasis

Q = TypeVar("Q", date, float)


@frozen
class Quantiles(Generic[Q]):
    """P10, P50, P80, P95 of a date or a number; all None when there is no forecast."""

    p10: Q | None = None
    p50: Q | None = None
    p80: Q | None = None
    p95: Q | None = None


@frozen
class QuarterRevenue:
    """Revenue of one period; `forecast` is the whole period, `low`/`high` its 80 % interval."""

    actual: float = 0.0
    forecast: float = 0.0
    low: float = 0.0
    high: float = 0.0
    upside: float = 0.0
    reasons: tuple[Reason, ...] = ()


@frozen
class MilestoneForecast:
    """Finish of one milestone's open work and the chance to make its due date."""

    title: str
    finish: Quantiles[date] = Quantiles()
    on_time_probability: float | None = None


@frozen
class Forecast:
    """Finish, effort and revenue with honest ranges; `basis` says what they rest on."""

    finish: Quantiles[date] = Quantiles()
    on_time_probability: float | None = None
    effort_hours: Quantiles[float] = Quantiles()
    effort_hours_fixed_scope: Quantiles[float] = Quantiles()
    revenue: Mapping[str, QuarterRevenue] = field(default_factory=lambda: EMPTY)
    revenue_by_month: Mapping[str, QuarterRevenue] = field(default_factory=lambda: EMPTY)
    """The calendar month that ended and those of the running and the next quarter (`2026-10`), from the same trials.

    The upside of a quarter's months comes to the quarter's."""
    milestones: tuple[MilestoneForecast, ...] = ()
    basis: ForecastBasis = ForecastBasis.NONE
    history_weeks: int = 0
    reasons: tuple[Reason, ...] = ()


@frozen
class PortfolioQuarter:
    """Revenue of the portfolio in one fiscal quarter or month, against target and what was committed at its start."""

    target: float | None = None
    actual: float = 0.0
    forecast: float = 0.0
    low: float = 0.0
    high: float = 0.0
    upside: float = 0.0
    committed_at_start: float | None = None
    error: float | None = None


@frozen
class PortfolioRevenue:
    """The portfolio's revenue by quarter, by calendar month, and grouping (region|partner|pm) → name → quarter."""

    quarters: Mapping[str, PortfolioQuarter] = field(default_factory=lambda: EMPTY)
    months: Mapping[str, PortfolioQuarter] = field(default_factory=lambda: EMPTY)
    by: Mapping[str, Mapping[str, Mapping[str, QuarterRevenue]]] = field(default_factory=lambda: EMPTY)


@frozen
class CapacityWeek:
    """Hours asked of `user` in an ISO week (bookings) against the hours there are."""

    user: str
    week: str
    hours: float
    available: float
    soft_hours: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether more is booked for certain than there are hours."""
        return self.hours > self.available

    @property
    def free(self) -> float:
        """Hours that nothing is booked for certain in."""
        return max(0.0, self.available - self.hours)


@frozen
class Driver:
    """One cause of a changed forecast.

    `kind` is acceptance, hours, delivered, pace, end, rate, change order, new or gone; `amount` in money, `text` in words.
    """

    kind: str
    engagement: str
    amount: float
    text: Text


@frozen
class Waterfall:
    """From a quarter's forecast when it began to today's: the drivers' amounts add up to `after` − `before` to the cent."""

    quarter: str
    since: date
    before: float
    after: float
    drivers: tuple[Driver, ...] = ()
