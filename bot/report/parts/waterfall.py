"""From the quarter's forecast when it began to today's, by named cause; the rows add up."""

from __future__ import annotations

from datetime import date

from bot.derive.forecast.record.waterfall import to_the_unit
from bot.derive.results import Derived, Driver
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown

MOST = 8


@frozen
class BridgeRow:
    """One cause; `name` is the engagement's, None where it is of several."""

    amount: float
    name: SafeMarkdown | None
    text: Text


@frozen
class WaterfallView:
    """The largest causes; all others are one amount."""

    quarter: SafeMarkdown
    since: date
    before: float
    after: float
    rows: tuple[BridgeRow, ...]
    others: float


def waterfall_view(context: ReportContext, derived: Derived) -> WaterfallView | None:
    """None where no forecast stood at the quarter's start, or nothing changed."""
    found = derived.portfolio.waterfall
    if found is None or not found.drivers:
        return None
    found = to_the_unit(found)
    titles = {e.ref: e.title for e in derived.engagements}
    rows = tuple(_row(context, driver, titles) for driver in found.drivers[:MOST])
    others = round(sum(d.amount for d in found.drivers[MOST:]), 2)
    return WaterfallView(SafeMarkdown(found.quarter), found.since, found.before, found.after, rows, others)


def _row(context: ReportContext, driver: Driver, titles: dict[str, str]) -> BridgeRow:
    name = context.titled(driver.engagement, titles[driver.engagement]) if driver.engagement in titles else None
    return BridgeRow(driver.amount, name, driver.text)
