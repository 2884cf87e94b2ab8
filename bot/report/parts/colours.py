"""The colours a report publishes, and how they went over the last weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.derive.decisions.status import damped_status
from bot.derive.results import EngagementDerived, Rag, Status
from bot.domain.calendar import Period, week_of
from bot.domain.messages import Text
from bot.domain.model import PastReport
from bot.report.context import ReportContext
from bot.report.due import WEEK
from bot.report.text.safe_text import SafeMarkdown

AXES = ("overall", "schedule", "scope", "budget")
TREND_WEEKS = 5
MOST_REASONS = 3
"""The page and `status --json` have all of them."""


@dataclass(frozen=True, slots=True)
class ReasonView:
    """A reason as a report shows it: the sentence, and links to its evidence."""

    text: Text
    links: tuple[SafeMarkdown, ...] = ()


@dataclass(frozen=True, slots=True)
class AxisView:
    """One line of the status table. `held`: the facts are better than what last week's report allows to say."""

    name: str
    rag: str
    trend: tuple[str, ...] = ()
    reasons: tuple[ReasonView, ...] = ()
    held: bool = False


def colours_of(status: Status) -> Mapping[str, str]:
    """The computed colours by axis."""
    return {
        "overall": status.overall,
        "schedule": status.schedule.rag,
        "scope": status.scope.rag,
        "budget": status.budget.rag,
    }


def published_colours(context: ReportContext, derived: EngagementDerived, period: Period) -> Mapping[str, str]:
    """What is said this week: a colour may worsen at once, but gets better one level a period (CONTRACT §8.8)."""
    before = said_before(context, derived.ref, period)
    return {axis: damped_status(rag, before.get(axis)) for axis, rag in colours_of(derived.status).items()}


def said_before(context: ReportContext, ref: str, period: Period) -> Mapping[str, str]:
    """The colours of the last report before `period`; empty when there was none, or when it can't be read."""
    previous = context.previous("status", ref, period)
    status = previous.payload.get("status") if previous else None
    return status if isinstance(status, Mapping) else {}


def trends(
    context: ReportContext, derived: EngagementDerived, first_due: date, now: Mapping[str, str]
) -> Mapping[str, tuple[str, ...]]:
    """The colours of the last five weeks by axis, oldest first: as published, else as the facts of that week say."""
    weeks = [week_colours(context, derived.ref, first_due - WEEK * back) for back in range(TREND_WEEKS - 1, 0, -1)]
    return {axis: (*(week.get(axis, "unknown") for week in weeks), now[axis]) for axis in AXES}


def posted_before(context: ReportContext, ref: str, period: Period) -> Mapping[str, str]:
    """The colours that the last report before `period` said when it was posted, which is when people read it."""
    return posted(context.previous("status", ref, period)) or said_before(context, ref, period)


def posted(report: PastReport | None) -> Mapping[str, str]:
    """The colours that a status said on the day it was posted; empty where it doesn't tell."""
    first = report.payload.get("posted") if report else None
    status = first.get("status") if isinstance(first, Mapping) else None
    return status if isinstance(status, Mapping) else {}


def week_colours(context: ReportContext, ref: str, day: date) -> Mapping[str, str]:
    """The colours by axis said in the week of `day`; where nothing was said, those of the facts as of `day`."""
    name = week_of(day).name
    for report in context.past_of("status", ref):
        said = report.payload.get("status")
        if report.period == name and isinstance(said, Mapping):
            return said
    then = context.derived(ref, day)
    return colours_of(then.status) if then is not None and _has_status(then, day) else {}


def _has_status(derived: EngagementDerived, day: date) -> bool:
    """Whether there was a status to give: from the start of the work to the week in which it was completed."""
    if derived.phase == "complete":
        closed = derived.completion.completed_on
        return closed is not None and closed > day - WEEK
    return derived.phase == "active"


def reason_views(context: ReportContext, rag: Rag, own: str) -> tuple[ReasonView, ...]:
    """Why it is yellow or red, the worst first; of a green one, the first reason."""
    shown = rag.reasons[: 1 if rag.rag == "green" else MOST_REASONS]
    return tuple(ReasonView(reason.text, context.links(reason.evidence, own=own)) for reason in shown)


def axis_views(
    context: ReportContext,
    derived: EngagementDerived,
    colours: Mapping[str, str],
    trend: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[AxisView, ...]:
    """The three axes with colours, trend and reasons, in the reader's order."""
    computed = colours_of(derived.status)
    views = []
    for axis in AXES[1:]:
        rag: Rag = getattr(derived.status, axis)
        line = (trend or {}).get(axis, ())
        views.append(
            AxisView(
                axis, colours[axis], line, reason_views(context, rag, derived.ref), colours[axis] != computed[axis]
            )
        )
    return tuple(views)
