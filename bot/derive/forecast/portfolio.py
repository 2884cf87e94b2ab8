"""The portfolio's revenue: sums trial by trial, so that ranges carry what engagements have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bot.config import Settings
from bot.derive.forecast.accuracy import committed_at_start, quarter_error
from bot.derive.forecast.commitments import read_commitments
from bot.derive.forecast.engagement import EngagementForecast
from bot.derive.forecast.revenue import QuarterTrials
from bot.derive.labels import label_value
from bot.derive.results import PortfolioQuarter, PortfolioRevenue, QuarterRevenue
from bot.derive.subject import Subject
from bot.domain.calendar import Period, month_named
from bot.domain.model import PastReport

GROUPINGS = ("region", "partner", "pm")
Pairs = Sequence[tuple[Subject, EngagementForecast]]


def portfolio_revenue(
    pairs: Pairs,
    *,
    settings: Settings,
    past: Sequence[PastReport] = (),
    gone: Pairs = (),
    only: str | None = None,
) -> PortfolioRevenue:
    """What the engagements' forecasts come to, against the targets and what past reports committed.

    `gone` are engagements that no report shows any more: what they earned stays in the sums of the quarters shown.
    `only` is the reference of the one engagement that is looked at: there is no target for it, and its own share of what
    was committed counts.
    """
    if not pairs:
        return PortfolioRevenue(
            {name: PortfolioQuarter(target=t) for name, t in sorted(settings.finance.targets.items())}
        )
    subject = pairs[0][0]
    shown = {name for _, f in pairs for name in f.trials}
    months = {name for _, f in pairs for name in f.months}
    every = (*pairs, *((s, _only_shown(f, shown, months)) for s, f in gone))
    total, by_month = _summed(f.trials for _, f in every), _summed(f.months for _, f in every)
    targets = {} if only else settings.finance.targets
    made = [c for c in read_commitments(past) if c.as_of <= subject.day]

    def held(revenue: QuarterRevenue | None, period: Period, target: float | None) -> PortfolioQuarter:
        committed = committed_at_start(made, period, only) if period.first <= subject.day else None
        return _held(revenue or QuarterRevenue(), target, committed, over=subject.day >= period.last)

    return PortfolioRevenue(
        {
            name: held(total.get(name), subject.calendar.quarter_named(name), targets.get(name))
            for name in sorted(total.keys() | targets.keys())
        },
        {name: held(by_month[name], month_named(name), None) for name in sorted(by_month)},
        {grouping: _grouped(every, grouping) for grouping in GROUPINGS},
    )


def _only_shown(forecast: EngagementForecast, quarters: set[str], months: set[str]) -> EngagementForecast:
    """The revenue of periods that the others have, too; older ones would be told without those that were never read."""
    return replace(
        forecast,
        trials={name: t for name, t in forecast.trials.items() if name in quarters},
        months={name: t for name, t in forecast.months.items() if name in months},
    )


def _held(found: QuarterRevenue, target: float | None, committed: float | None, *, over: bool) -> PortfolioQuarter:
    """A period's revenue against its target and what was committed at its start."""
    return PortfolioQuarter(
        target=target,
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
    return {name: _summed(f.trials for f in found) for name, found in sorted(members.items())}


def _group_of(subject: Subject, grouping: str) -> str:
    """The fact; a partner may also stand in a label (`partner::Name`)."""
    name: str | None = getattr(subject.engagement.facts, grouping)
    if name is None and grouping == "partner":
        name = label_value(subject.engagement.labels, subject.settings.labels.partner)
    return name or ""


def _summed(forecasts: Iterable[Mapping[str, QuarterTrials]]) -> dict[str, QuarterRevenue]:
    """Trials added up; the expected value is the sum of the engagements' own."""
    trials: dict[str, list[QuarterTrials]] = defaultdict(list)
    for forecast in forecasts:
        for name, found in forecast.items():
            trials[name].append(found)
    return {name: _sum(found) for name, found in sorted(trials.items(), key=lambda entry: _order(entry[0]))}


def _sum(found: Sequence[QuarterTrials]) -> QuarterRevenue:
    whole = found[0].whole
    for quarter in found[1:]:
        whole = whole + quarter.whole
    return QuarterTrials(
        actual=float(np.sum([q.actual for q in found])), whole=whole, upside=float(np.sum([q.upside for q in found]))
    ).summary()


def _order(name: str) -> tuple[int, str]:
    """Months by name; quarters in time: FY99 comes before FY00 of the next century only as long as nobody plans 50 years ahead."""
    return ((int(name[2:4]) + 50) % 100 if name.startswith("FY") else 0, name)
