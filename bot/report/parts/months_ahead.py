"""Revenue expected by month from the next one on: of the portfolio with its range, and of each engagement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.derive.results import Derived, PortfolioQuarter, QuarterRevenue
from bot.domain.calendar import month_named
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown

MOST_MONTHS = 3


@dataclass(frozen=True, slots=True)
class MonthsAhead:
    """A column a month; rows are engagements from which something is expected."""

    months: tuple[SafeMarkdown, ...]
    whole: tuple[PortfolioQuarter, ...]
    rows: tuple[tuple[SafeMarkdown, Sequence[QuarterRevenue | None]], ...]


def months_ahead(context: ReportContext, derived: Derived) -> MonthsAhead | None:
    """None where no revenue is expected in the next months."""
    known = derived.portfolio.revenue_by_month
    names = sorted(n for n in known if month_named(n).first > derived.as_of)[:MOST_MONTHS]
    if not any(known[n].forecast for n in names):
        return None
    rows = [
        (context.titled(e.ref, e.title), [e.forecast.revenue_by_month.get(n) for n in names])
        for e in sorted(derived.engagements, key=lambda e: e.ref)
    ]
    words = context.templates.words
    return MonthsAhead(
        tuple(words.month(month_named(n).first) for n in names),
        tuple(known[n] for n in names),
        tuple((name, cells) for name, cells in rows if any(m and m.forecast >= 1 for m in cells)),
    )
