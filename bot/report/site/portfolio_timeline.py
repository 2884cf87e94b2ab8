"""The portfolio against time: each running engagement from its start to its forecast, with milestones and today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.frozen import frozen
from bot.domain.vocabulary import Phase
from bot.report.site.draw import (
    BOTTOM,
    LABELS,
    ROW,
    TOP,
    DayChart,
    DayScale,
    date_axis,
    expected_day,
    month_ticks,
)
from bot.report.site.site_data import Row

MOST = 40
BEHIND, AHEAD = timedelta(days=365), timedelta(days=730)
"""How far the axis may reach from today: one open end must not squeeze all others."""


@frozen
class Mark:
    """A milestone: where, in which state, and on which day."""

    x: float
    state: str
    title: str
    day: date


@frozen
class TimelineLine:
    """One engagement: from `start` to P50 (`middle`), the range on to P80 (`late`), the end of the SOW, milestones."""

    y: float
    row: Row
    start: float
    middle: float | None
    late: float | None
    end: float | None
    marks: tuple[Mark, ...]


@frozen
class PortfolioTimeline(DayChart):
    """All engagements; `more` are not shown."""

    lines: tuple[TimelineLine, ...]
    more: int


def draw_timeline(rows: Sequence[Row], today: date) -> PortfolioTimeline | None:
    """The engagements that are not complete, as they are ordered; None where none has a date."""
    dated = [row for row in rows if row.derived.phase != Phase.COMPLETE and _days(row)]
    if not dated:
        return None
    shown = dated[:MOST]
    first, last = today - BEHIND, today + AHEAD
    days = [min(max(day, first), last) for row in shown for day in _days(row)]
    x = date_axis(min([*days, today]), max([*days, today]), LABELS)
    lines = tuple(_line(n, row, x, (first, last), today) for n, row in enumerate(shown))
    height = TOP + ROW * len(shown) + BOTTOM
    return PortfolioTimeline(height, x.on(today), month_ticks(x), lines, len(dated) - len(shown))


def _days(row: Row) -> list[date]:
    finish = row.derived.forecast.finish
    found = (row.facts.start, row.derived.end, finish.p50, finish.p80)
    return [day for day in found if isinstance(day, date)]


def _line(number: int, row: Row, x: DayScale, span: tuple[date, date], today: date) -> TimelineLine:
    def on(day: object) -> float | None:
        return x.on(min(max(day, span[0]), span[1])) if isinstance(day, date) else None

    finish = row.derived.forecast.finish
    marks = tuple(
        Mark(x.on(day), m.state, m.title, day)
        for m in row.derived.schedule.milestones
        if (day := expected_day(m)) and x.low <= day.toordinal() <= x.high
    )
    begin = on(row.facts.start or min([*_days(row), today])) or x.first
    return TimelineLine(
        TOP + ROW * (number + 0.5), row, begin, on(finish.p50), on(finish.p80), on(row.derived.end), marks
    )
