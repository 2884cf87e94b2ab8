"""What a report committed: the forecast as stored in its hidden payload, and read back from it.

The payload's key `forecast` holds `{"as_of": date, "quarters": {FY27-Q4: {actual, forecast, low, high}}, "engagements":
{ref: {pm, recognition, value (with approved change orders), finish: {p50, p80}, on_time, hours, spent, rate, region, revenue: {FY27-Q4: {actual, forecast, low, high}}, months: {2026-11: …}}},
"months": {2026-11: {actual, forecast, low, high}}}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from typing import Any

from bot.derive.results import Derived, EngagementDerived, PortfolioQuarter, QuarterRevenue
from bot.domain.calendar import Period
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Facts, PastReport

KEY = "forecast"
LATE_DAYS = 14
"""A quarter's first forecast counts as its commitment when it was made in its first two weeks."""


@frozen
class CommittedMoney:
    """Revenue of one quarter as it was forecast."""

    actual: float
    forecast: float
    low: float
    high: float


@frozen
class EngagementCommitment:
    """What was forecast of one engagement; `hours` at completion (P50), `spent` by then."""

    pm: str | None
    recognition: str | None
    value: float | None
    finish_p50: date | None
    finish_p80: date | None
    hours: float | None
    spent: float | None
    revenue: Mapping[str, CommittedMoney]
    rate: float | None = None
    months: Mapping[str, CommittedMoney] = field(default_factory=lambda: EMPTY)
    region: str | None = None
    on_time: float | None = None
    """The chance to be done by the agreed end."""

    def money(self, period: str) -> CommittedMoney | None:
        """What was forecast of a quarter or month."""
        return self.revenue.get(period) or self.months.get(period)


@frozen
class Commitment:
    """A whole forecast as of a day."""

    as_of: date
    quarters: Mapping[str, CommittedMoney]
    engagements: Mapping[str, EngagementCommitment]
    months: Mapping[str, CommittedMoney] = field(default_factory=lambda: EMPTY)

    def money(self, period: Period) -> CommittedMoney | None:
        """What was forecast of a quarter or month."""
        return self.quarters.get(period.name) or self.months.get(period.name)


def commitment(derived: Derived, facts: Mapping[str, Facts] = EMPTY) -> dict[str, Any]:
    """What a report has to store so that later reports can hold it against what came: payload keys and plain values.

    `facts` by reference tell who answers for an engagement and how its revenue is recognised.
    """
    return {
        KEY: {
            "as_of": derived.as_of.isoformat(),
            "quarters": {name: _plain_money(q) for name, q in sorted(derived.portfolio.revenue.items())},
            "months": {name: _plain_money(m) for name, m in sorted(derived.portfolio.revenue_by_month.items())},
            "engagements": {
                e.ref: _plain_engagement(e, facts.get(e.ref, Facts()))
                for e in sorted(derived.engagements, key=lambda e: e.ref)
            },
        }
    }


def _plain_money(quarter: QuarterRevenue | PortfolioQuarter) -> dict[str, float]:
    return {name: getattr(quarter, name) for name in ("actual", "forecast", "low", "high")}


def _plain_engagement(e: EngagementDerived, facts: Facts) -> dict[str, Any]:
    finish = e.forecast.finish
    return {
        "pm": facts.pm,
        "recognition": facts.recognised,
        "value": None if facts.value is None else facts.value + e.scope.approved_value,
        "finish": {
            k: d.isoformat() if isinstance(d, date) else None for k, d in (("p50", finish.p50), ("p80", finish.p80))
        },
        "on_time": e.forecast.on_time_probability,
        "hours": e.forecast.effort_hours.p50,
        "spent": e.budget.hours_spent,
        "rate": facts.hourly_rate,
        "region": facts.region,
        "revenue": {name: _plain_money(q) for name, q in sorted(e.forecast.revenue.items())},
        "months": {name: _plain_money(m) for name, m in sorted(e.forecast.revenue_by_month.items())},
    }


def read_commitments(past: Sequence[PastReport]) -> tuple[Commitment, ...]:
    """The forecasts of past portfolio-wide reports, oldest first; reports without one are passed over."""
    found = [
        _read(r.payload[KEY]) for r in past if isinstance(r.payload.get(KEY), Mapping) and "as_of" in r.payload[KEY]
    ]
    return tuple(sorted(found, key=lambda c: c.as_of))


def _read(plain: Mapping[str, Any]) -> Commitment:
    return Commitment(
        as_of=date.fromisoformat(plain["as_of"]),
        quarters=_read_quarters(plain.get("quarters") or {}),
        engagements={ref: _read_engagement(e) for ref, e in (plain.get("engagements") or {}).items()},
        months=_read_quarters(plain.get("months") or {}),
    )


def _read_quarters(plain: Mapping[str, Any]) -> dict[str, CommittedMoney]:
    return {
        name: CommittedMoney(**{k: float(q[k]) for k in ("actual", "forecast", "low", "high")})
        for name, q in plain.items()
    }


def _read_engagement(plain: Mapping[str, Any]) -> EngagementCommitment:
    finish = plain.get("finish") or {}
    return EngagementCommitment(
        pm=plain.get("pm"),
        recognition=plain.get("recognition"),
        value=plain.get("value"),
        finish_p50=_day(finish.get("p50")),
        finish_p80=_day(finish.get("p80")),
        hours=plain.get("hours"),
        spent=plain.get("spent"),
        revenue=_read_quarters(plain.get("revenue") or {}),
        rate=plain.get("rate"),
        months=_read_quarters(plain.get("months") or {}),
        region=plain.get("region"),
        on_time=plain.get("on_time"),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def opening_commitment(commitments: Sequence[Commitment], period: Period) -> Commitment | None:
    """The forecast that stood when a quarter or month began: the last one made in the one before or on the first day, else
    the first one of its first two weeks."""
    known = [c for c in commitments if c.money(period)]
    before = [c for c in known if 0 <= (period.first - c.as_of).days <= period.days]
    early = [c for c in known if 0 < (c.as_of - period.first).days < LATE_DAYS]
    return max(before, key=lambda c: c.as_of) if before else min(early, key=lambda c: c.as_of, default=None)
