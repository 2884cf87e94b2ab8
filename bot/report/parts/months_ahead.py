"""The months ahead: what is expected of signed work and in which range, what could come on top, what moved out since and why."""

from __future__ import annotations

from collections.abc import Sequence

from bot.derive.depth import Depth
from bot.derive.results import Derived, Driver, EngagementDerived, PortfolioQuarter, QuarterRevenue
from bot.domain.calendar import ONE_DAY, Period, month_named
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.report.context import ReportContext
from bot.report.parts.forecast_before import Was, drivers_between, forecast_was_on
from bot.report.text.safe_text import SafeMarkdown
from bot.report.worth import has_range, is_worth

MOST_CAUSES = 2
MOST_COLUMNS = 3


@frozen
class MonthAhead:
    """A month: `hard` is expected of signed work, `was` the forecast of a month ago, `causes` what took money out."""

    month: SafeMarkdown
    hard: float
    between: tuple[float, float] | None
    """The range of `hard`; None where there is none to tell."""
    upside: float
    was: Was | None
    moved_out: float
    causes: tuple[tuple[SafeMarkdown, Text], ...]


@frozen
class MonthsAhead:
    """A row a month for all; and the engagements from which something is expected, a column for each of the next months."""

    months: tuple[MonthAhead, ...]
    columns: tuple[SafeMarkdown, ...]
    rows: tuple[tuple[SafeMarkdown, Sequence[QuarterRevenue | None]], ...]


def months_ahead(context: ReportContext, derived: Derived, ended: Period) -> MonthsAhead | None:
    """The months after `ended` that are worth a row; None where no revenue is expected."""
    known = {name: found for name, found in sorted(derived.portfolio.revenue_by_month.items()) if name > ended.name}
    whole = sum(month.forecast for month in known.values())
    told = {name: m for name, m in known.items() if is_worth(m.forecast, whole) or is_worth(m.upside, whole)}
    if not told:
        return None
    first = tuple(told)[:MOST_COLUMNS]
    return MonthsAhead(
        tuple(_month(context, derived, ended, month_named(name), found) for name, found in told.items()),
        tuple(context.templates.words.month(month_named(name).first) for name in first),
        _by_engagement(context, derived, first),
    )


def _by_engagement(
    context: ReportContext, derived: Derived, names: Sequence[str]
) -> tuple[tuple[SafeMarkdown, Sequence[QuarterRevenue | None]], ...]:
    """Without those that bring nothing worth telling in these months."""
    whole = {name: derived.portfolio.revenue_by_month[name].forecast for name in names}
    found = []
    for e in sorted(derived.engagements, key=lambda e: e.ref):
        cells = {name: e.forecast.revenue_by_month.get(name) for name in names}
        if any(cell and is_worth(cell.forecast, whole[name]) for name, cell in cells.items()):
            worth = (cell if cell and is_worth(cell.forecast, whole[name]) else None for name, cell in cells.items())
            found.append((context.titled(e.ref, e.title), tuple(worth)))
    return tuple(found)


def _month(
    context: ReportContext, derived: Derived, ended: Period, month: Period, found: PortfolioQuarter
) -> MonthAhead:
    since = ended.first - ONE_DAY
    drivers = drivers_between(context, month, since, derived.as_of)
    behind = _behind(context.derive_to(since, Depth.FIGURES), derived, month)
    out = [d for d in drivers if d.amount < 0 and d.engagement in behind and is_worth(d.amount, found.forecast)]
    titles = {e.ref: e.title for e in derived.engagements}
    return MonthAhead(
        context.templates.words.month(month.first),
        found.forecast,
        (found.low, found.high) if has_range(found.low, found.high) else None,
        found.upside if is_worth(found.upside, found.forecast) else 0.0,
        forecast_was_on(context, month, since),
        -sum(d.amount for d in out),
        tuple(_cause(context, driver, titles) for driver in out[:MOST_CAUSES]),
    )


def _behind(then: Derived, now: Derived, month: Period) -> frozenset[str]:
    """Engagements of which less is expected by the end of the month than was: what comes earlier did not move out."""
    name = f"{month.first:%Y-%m}"
    before, after = ({e.ref: _by_then(e, name) for e in derived.engagements} for derived in (then, now))
    return frozenset(ref for ref, amount in before.items() if after.get(ref, 0.0) < amount - 1)


def _by_then(derived: EngagementDerived, month: str) -> float:
    return sum(found.forecast for name, found in derived.forecast.revenue_by_month.items() if name <= month)


def _cause(context: ReportContext, driver: Driver, titles: dict[str, str]) -> tuple[SafeMarkdown, Text]:
    return context.titled(driver.engagement, titles.get(driver.engagement, "")), driver.text
