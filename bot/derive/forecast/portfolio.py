"""The portfolio's revenue: sums trial by trial, so that ranges carry what engagements have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bot.config import Settings
from bot.derive.forecast.engagement import EngagementForecast
from bot.derive.forecast.history import Array
from bot.derive.forecast.record.accuracy import committed_at_start, quarter_error
from bot.derive.forecast.record.commitments import read_commitments
from bot.derive.forecast.revenue import QuarterTrials
from bot.derive.labels import label_value
from bot.derive.results import PortfolioQuarter, PortfolioRevenue, QuarterRevenue
from bot.derive.subject import Subject
from bot.domain.calendar import Period, month_named
from bot.domain.model import PastReport

GROUPINGS = ("region", "partner", "pm")
Pairs = Iterable[tuple[Subject, EngagementForecast]]


@dataclass
class _Running:
    """The sum so far of one period: each trial's, and what was earned and could be added."""

    whole: Array | None = None
    actual: list[float] = field(default_factory=list)
    upside: list[float] = field(default_factory=list)

    def add(self, found: QuarterTrials) -> None:
        self.whole = found.whole if self.whole is None else self.whole + found.whole
        self.actual.append(found.actual)
        self.upside.append(found.upside)

    def revenue(self) -> QuarterRevenue:
        """The expected value is the sum of the engagements' own."""
        whole = np.zeros(1) if self.whole is None else self.whole
        actual, upside = (float(np.sum(values)) for values in (self.actual, self.upside))
        return QuarterTrials(actual=actual, whole=whole, upside=upside).summary()


class _Sums(dict[str, _Running]):
    """Sums by period."""

    def add(self, forecasts: Mapping[str, QuarterTrials]) -> None:
        for name, found in forecasts.items():
            self.setdefault(name, _Running()).add(found)

    def revenue(self) -> dict[str, QuarterRevenue]:
        return {name: running.revenue() for name, running in sorted(self.items(), key=lambda e: _order(e[0]))}


@dataclass
class _Everything:
    """All sums of a portfolio. An engagement's trials are added and let go: together they would not fit into memory."""

    quarters: _Sums = field(default_factory=_Sums)
    months: _Sums = field(default_factory=_Sums)
    groups: dict[str, dict[str, _Sums]] = field(default_factory=lambda: {name: {} for name in GROUPINGS})

    def add(self, subject: Subject, forecast: EngagementForecast) -> None:
        self.quarters.add(forecast.trials)
        self.months.add(forecast.months)
        for grouping, groups in self.groups.items():
            groups.setdefault(_group_of(subject, grouping), _Sums()).add(forecast.trials)

    def by_group(self) -> dict[str, dict[str, dict[str, QuarterRevenue]]]:
        """Engagements without that fact stand under an empty name."""
        return {
            grouping: {name: sums.revenue() for name, sums in sorted(groups.items())}
            for grouping, groups in self.groups.items()
        }


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
    was committed counts. Both are gone through once.
    """
    sums, subject = _Everything(), None
    for subject, forecast in pairs:
        sums.add(subject, forecast)
    if subject is None:
        return PortfolioRevenue(
            {name: PortfolioQuarter(target=t) for name, t in sorted(settings.finance.targets.items())}
        )
    quarters, months = set(sums.quarters), set(sums.months)
    for former, forecast in gone:
        sums.add(former, _only_shown(forecast, quarters, months))
    total, by_month = sums.quarters.revenue(), sums.months.revenue()
    day, calendar = subject.day, subject.calendar
    targets = {} if only else settings.finance.targets
    made = [c for c in read_commitments(past) if c.as_of <= day]

    def held(revenue: QuarterRevenue | None, period: Period, target: float | None) -> PortfolioQuarter:
        committed = committed_at_start(made, period, only) if period.first <= day else None
        return _held(revenue or QuarterRevenue(), target, committed, over=day >= period.last)

    return PortfolioRevenue(
        {
            name: held(total.get(name), calendar.quarter_named(name), targets.get(name))
            for name in sorted(total.keys() | targets.keys())
        },
        {name: held(by_month[name], month_named(name), None) for name in sorted(by_month)},
        sums.by_group(),
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


def _group_of(subject: Subject, grouping: str) -> str:
    """The fact; a partner may also stand in a label (`partner::Name`)."""
    name: str | None = getattr(subject.engagement.facts, grouping)
    if name is None and grouping == "partner":
        name = label_value(subject.engagement.labels, subject.settings.labels.partner)
    return name or ""


def _order(name: str) -> tuple[int, str]:
    """Months by name; quarters in time: FY99 comes before FY00 of the next century only as long as nobody plans 50 years ahead."""
    return ((int(name[2:4]) + 50) % 100 if name.startswith("FY") else 0, name)
