"""A period week by week: the colours that were said, or what the facts of that week say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from bot.derive.decisions.due import WEEK, status_cycle
from bot.derive.depth import Depth
from bot.derive.results import RAGS
from bot.domain.calendar import ONE_DAY, Period, week_of
from bot.domain.frozen import frozen
from bot.domain.model import PastReport
from bot.domain.vocabulary import Colour, Phase
from bot.report.context import ReportContext
from bot.report.parts.colours import week_colours


def status_days(context: ReportContext, span: Period) -> Iterator[date]:
    """The days in `span` on which a weekly status was due."""
    day = status_cycle(context.settings).first_due(week_of(span.first))
    while day <= span.last:
        if day >= span.first:
            yield day
        day += WEEK


@frozen
class RedDays:
    """Days on which an engagement was red; `about` where some of them were not published, and only sampled by week."""

    days: int
    about: bool


def days_red(context: ReportContext, ref: str, span: Period) -> RedDays:
    """Each day in `span` counted by the status that held on it: as published, else as the facts of its week say."""
    cycle = status_cycle(context.settings)
    red, about = 0, False
    for day in _days(span):
        report = published_in(context, ref, day)
        said = colour_on(report, day) if report else None
        sampled = _sampled(context, ref, cycle.first_due(cycle.current(day))) if said is None else "unknown"
        red += (said or sampled) == Colour.RED
        about = about or sampled != Colour.UNKNOWN
    return RedDays(red, about)


def published_in(context: ReportContext, ref: str, day: date) -> PastReport | None:
    """The weekly status that stood on `day`: it is kept current until the next one is due."""
    week = status_cycle(context.settings).current(day)
    return next((report for report in context.past_of("status", ref) if report.period == week.name), None)


def colour_on(report: PastReport, day: date) -> str | None:
    """The overall colour that this status said on `day`; None before it was posted."""
    days = report.payload.get("days")
    if not isinstance(days, Mapping):
        status = report.payload.get("status")
        return str(status.get("overall", "unknown")) if isinstance(status, Mapping) else None
    return next((str(days[on]) for on in sorted(days, reverse=True) if on <= day.isoformat()), None)


def _sampled(context: ReportContext, ref: str, day: date) -> str:
    then = context.derived(ref, day, Depth.STATUS)
    return then.status.overall if then is not None and then.phase == Phase.ACTIVE else "unknown"


def _days(span: Period) -> Iterator[date]:
    return (span.first + timedelta(days=n) for n in range((span.last - span.first).days + 1))


def weekly_colours(context: ReportContext, ref: str, span: Period) -> tuple[str, ...]:
    """The overall colour of each week in `span`, oldest first, without the weeks before the work and after it.

    Of a week that goes on behind `span`, the colour on the last day of `span`: what came later belongs to the next one.
    """
    colours = [_said_by(context, ref, day, min(day + WEEK - ONE_DAY, span.last)) for day in status_days(context, span)]
    while colours and colours[-1] is None:
        colours.pop()
    begun = next((n for n, colour in enumerate(colours) if colour), len(colours))
    return tuple(colour or "unknown" for colour in colours[begun:])


def _said_by(context: ReportContext, ref: str, first_due: date, day: date) -> str | None:
    """The overall colour on `day` by the status first due on `first_due`; without one, by the facts of `first_due`."""
    report = published_in(context, ref, first_due)
    said = colour_on(report, day) if report else None
    return said or week_colours(context, ref, first_due).get("overall")


def count_colours(rags: Iterator[str]) -> dict[str, int]:
    counts = dict.fromkeys(RAGS, 0)
    for rag in rags:
        counts[rag if rag in counts else "unknown"] += 1
    return counts
