"""A period week by week: the colours that were said, or what the facts of that week say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.calendar import Period, week_of
from bot.derive.results import RAGS
from bot.report.context import ReportContext
from bot.report.due import WEEK, cycle_of
from bot.report.parts.colours import week_colours

_RANK = {"red": 0, "yellow": 1, "unknown": 2, "green": 3}


def status_days(context: ReportContext, span: Period) -> Iterator[date]:
    """The days in `span` on which a weekly status was due."""
    day = cycle_of("status", context.settings, context.calendar).first_due(week_of(span.first))
    while day <= span.last:
        if day >= span.first:
            yield day
        day += WEEK


def weekly_colours(context: ReportContext, ref: str, span: Period) -> tuple[str, ...]:
    """The overall colour of each week in `span`, oldest first."""
    return tuple(week_colours(context, ref, day).get("overall", "unknown") for day in status_days(context, span))


def badness(rag: str) -> int:
    """Sort key for colours: red first, then yellow; unknown comes before green because somebody must look."""
    return _RANK.get(rag, 2)


def count_colours(rags: Iterator[str]) -> dict[str, int]:
    counts = dict.fromkeys(RAGS, 0)
    for rag in rags:
        counts[rag if rag in counts else "unknown"] += 1
    return counts
