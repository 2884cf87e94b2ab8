"""The portfolio's revenue: sums trial by trial, so that ranges carry what engagements have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bot.config import Settings
from bot.derive.forecast.accuracy import committed_at_start, quarter_error
from bot.derive.forecast.engagement import EngagementForecast
from bot.derive.forecast.revenue import QuarterTrials
from bot.derive.labels import label_value
from bot.derive.results import PortfolioQuarter, QuarterRevenue
from bot.derive.subject import Subject
from bot.model import PastReport

GROUPINGS = ("region", "partner", "pm")
Pairs = Sequence[tuple[Subject, EngagementForecast]]
RevenueBy = Mapping[str, Mapping[str, Mapping[str, QuarterRevenue]]]


def portfolio_revenue(
    pairs: Pairs, *, settings: Settings, past: Sequence[PastReport] = ()
) -> tuple[Mapping[str, PortfolioQuarter], RevenueBy]:
    """Revenue by quarter of the portfolio (with target, commitment, error), and by region, partner and PM."""
    total = _summed(f for _, f in pairs)
    names = sorted(total.keys() | settings.finance.targets.keys())
    quarters = {name: _quarter(name, total.get(name), pairs, settings, past) for name in names}
    return quarters, {grouping: _grouped(pairs, grouping) for grouping in GROUPINGS}


def _quarter(
    name: str, revenue: QuarterRevenue | None, pairs: Pairs, settings: Settings, past: Sequence[PastReport]
) -> PortfolioQuarter:
    found = revenue or QuarterRevenue()
    subject = pairs[0][0] if pairs else None
    period = subject.calendar.quarter_named(name) if subject else None
    committed = committed_at_start(past, period) if period else None
    over = subject is not None and period is not None and subject.day >= period.last
    return PortfolioQuarter(
        target=settings.finance.targets.get(name),
        actual=found.actual,
        forecast=found.forecast,
        low=found.low,
        high=found.high,
        upside=found.upside,
        committed_at_start=committed,
        error=quarter_error(found.actual, committed) if over else None,
    )


def _grouped(pairs: Pairs, grouping: str) -> Mapping[str, Mapping[str, QuarterRevenue]]:
    """Engagements without that fact stand under an empty name."""
    members: dict[str, list[EngagementForecast]] = defaultdict(list)
    for subject, forecast in pairs:
        members[_group_of(subject, grouping)].append(forecast)
    return {name: _summed(found) for name, found in sorted(members.items())}


def _group_of(subject: Subject, grouping: str) -> str:
    """The fact; a partner may also stand in a label (`partner::Name`)."""
    name: str | None = getattr(subject.engagement.facts, grouping)
    if name is None and grouping == "partner":
        name = label_value(subject.engagement.labels, subject.settings.labels.partner)
    return name or ""


def _summed(forecasts: Iterable[EngagementForecast]) -> dict[str, QuarterRevenue]:
    """Trials added up; the expected value is the sum of the engagements' own."""
    trials: dict[str, list[QuarterTrials]] = defaultdict(list)
    for forecast in forecasts:
        for name, quarter in forecast.trials.items():
            trials[name].append(quarter)
    return {name: _sum(found) for name, found in sorted(trials.items(), key=lambda entry: _order(entry[0]))}


def _sum(found: Sequence[QuarterTrials]) -> QuarterRevenue:
    whole = found[0].whole
    for quarter in found[1:]:
        whole = whole + quarter.whole
    return QuarterTrials(
        actual=float(np.sum([q.actual for q in found])), whole=whole, upside=float(np.sum([q.upside for q in found]))
    ).summary()


def _order(name: str) -> tuple[int, str]:
    """Quarters in time: FY99 comes before FY00 of the next century only as long as nobody plans 50 years ahead."""
    return ((int(name[2:4]) + 50) % 100, name)
