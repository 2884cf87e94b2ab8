"""The months ahead: what is firm, what could come on top, what moved out since a month ago and why."""

from __future__ import annotations

from dataclasses import dataclass

from bot.derive.results import Derived, Driver, PortfolioQuarter
from bot.domain.calendar import ONE_DAY, Period, month_named
from bot.domain.messages import Text
from bot.report.context import ReportContext
from bot.report.parts.memory import Was, drivers_between, forecast_was_on
from bot.report.text.safe_text import SafeMarkdown
from bot.report.worth import is_worth

MOST_CAUSES = 2


@dataclass(frozen=True, slots=True)
class MonthAhead:
    """A month: `hard` is expected of signed work, `was` the forecast of a month ago, `causes` what took money out."""

    month: SafeMarkdown
    hard: float
    upside: float
    was: Was | None
    moved_out: float
    causes: tuple[tuple[SafeMarkdown, Text], ...]


def outlook(context: ReportContext, derived: Derived, ended: Period) -> tuple[MonthAhead, ...]:
    """The months after `ended` that are worth a row."""
    known = derived.portfolio.revenue_by_month
    whole = sum(month.forecast for name, month in known.items() if name > ended.name)
    ahead = ((month_named(name), found) for name, found in sorted(known.items()) if name > ended.name)
    return tuple(
        _month(context, derived, ended, month, found)
        for month, found in ahead
        if is_worth(found.forecast, whole) or is_worth(found.upside, whole)
    )


def _month(
    context: ReportContext, derived: Derived, ended: Period, month: Period, found: PortfolioQuarter
) -> MonthAhead:
    since = ended.first - ONE_DAY
    drivers = drivers_between(context, month, since, derived.as_of)
    out = [d for d in drivers if d.amount < 0 and is_worth(d.amount, found.forecast)]
    upside = found.upside if is_worth(found.upside, found.forecast) else 0.0
    titles = {e.ref: e.title for e in derived.engagements}
    return MonthAhead(
        context.templates.words.month(month.first),
        found.forecast,
        upside,
        forecast_was_on(context, month, since),
        -sum(d.amount for d in out),
        tuple(_cause(context, driver, titles) for driver in out[:MOST_CAUSES]),
    )


def _cause(context: ReportContext, driver: Driver, titles: dict[str, str]) -> tuple[SafeMarkdown, Text]:
    return context.titled(driver.engagement, titles.get(driver.engagement, "")), driver.text
