"""The colours a report publishes, and how they went over the last weeks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.derive.decisions.colours import LEVELS
from bot.derive.decisions.due import WEEK
from bot.derive.depth import Depth
from bot.derive.results import Derived, EngagementDerived, Rag, Status
from bot.domain.calendar import Period
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import PastReport
from bot.domain.vocabulary import Colour, Phase
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown

AXES = ("overall", "schedule", "scope", "budget")
TREND_WEEKS = 5
MOST_REASONS = 3
"""The page and `status --json` have all of them."""


@frozen
class ReasonView:
    """A reason as a report shows it: the sentence, and links to its evidence."""

    text: Text
    links: tuple[SafeMarkdown, ...] = ()


@frozen
class AxisView:
    """One line of the status table. `held`: the figures of the day alone say `signal`, not (yet) enough to turn it."""

    name: str
    rag: str
    trend: tuple[str, ...] = ()
    reasons: tuple[ReasonView, ...] = ()
    held: bool = False
    signal: str = "unknown"


def colours_of(status: Status) -> Mapping[str, str]:
    """The colours of the day by axis, as every report and page says them."""
    return {
        "overall": status.overall,
        "schedule": status.schedule.rag,
        "scope": status.scope.rag,
        "budget": status.budget.rag,
    }


def trends(
    context: ReportContext, derived: EngagementDerived, first_due: date, now: Mapping[str, str]
) -> Mapping[str, tuple[str, ...]]:
    """The colours of the last five weeks by axis, oldest first, by the facts known on each day."""
    weeks = [week_colours(context, derived.ref, first_due - WEEK * back) for back in range(TREND_WEEKS - 1, 0, -1)]
    return {axis: (*(week.get(axis, "unknown") for week in weeks), now[axis]) for axis in AXES}


def posted_before(context: ReportContext, ref: str, period: Period) -> Mapping[str, str]:
    """The colours that the last report before `period` said when it was posted, which is when people read it."""
    previous = context.previous("status", ref, period)
    status = previous.payload.get("status") if previous else None
    return posted(previous) or (status if isinstance(status, Mapping) else {})


def posted(report: PastReport | None) -> Mapping[str, str]:
    """The colours that a status said on the day it was posted; empty where it doesn't tell."""
    first = report.payload.get("posted") if report else None
    status = first.get("status") if isinstance(first, Mapping) else None
    return status if isinstance(status, Mapping) else {}


def week_colours(context: ReportContext, ref: str, day: date) -> Mapping[str, str]:
    """The colours by axis of that day, by the facts known then; empty where there was no status to give."""
    then = context.derived(ref, day, Depth.STATUS)
    return colours_of(then.status) if then is not None and _has_status(then, day) else {}


def _has_status(derived: EngagementDerived, day: date) -> bool:
    """Whether there was a status to give: from the start of the work to the week in which it was completed."""
    if derived.phase == Phase.COMPLETE:
        closed = derived.completion.completed_on
        return closed is not None and closed > day - WEEK
    return derived.phase == Phase.ACTIVE


def reason_views(context: ReportContext, rag: Rag, own: str) -> tuple[ReasonView, ...]:
    """Why it is yellow or red, the worst first; of a green one, the first reason."""
    shown = rag.reasons[: 1 if rag.rag == Colour.GREEN else MOST_REASONS]
    return tuple(ReasonView(reason.text, context.links(reason.evidence, own=own)) for reason in shown)


def axis_views(
    context: ReportContext, derived: EngagementDerived, trend: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[AxisView, ...]:
    """The three axes with colours, trend and reasons, in the reader's order."""
    return tuple(_axis_view(context, derived, axis, (trend or {}).get(axis, ())) for axis in AXES[1:])


def _axis_view(context: ReportContext, derived: EngagementDerived, axis: str, trend: tuple[str, ...]) -> AxisView:
    rag: Rag = getattr(derived.status, axis)
    signal = rag.signal or rag.rag
    held = rag.rag != signal and axis not in derived.status.overrides
    return AxisView(axis, rag.rag, trend, reason_views(context, rag, derived.ref), held, signal)


def record_lines(context: ReportContext, derived: Derived) -> tuple[SafeMarkdown, ...]:
    """How the portfolio's own colours came true: `🔴 Red by budget came true 7 of 9 times`."""
    words = context.templates.words
    record = next((e.status.track_record for e in derived.engagements), {})
    return tuple(
        words.text(
            "record.came_true",
            rag=words.rag(colour),
            axis=words.name("axis", axis),
            true=found.came_true,
            n=found.said,
        )
        for axis, colours in record.items()
        for colour, found in sorted(colours.items(), key=lambda pair: -LEVELS.index(pair[0]))
    )
