"""The next steps that derive chose, as a report shows them, and whether the last report's were done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.derive.decisions.next_steps import next_steps
from bot.derive.depth import Depth
from bot.derive.results import EngagementDerived
from bot.derive.status_results import NextStep
from bot.domain.calendar import Period
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Item
from bot.domain.vocabulary import Phase
from bot.report.context import ReportContext, items_by_ref
from bot.report.text.safe_text import SafeMarkdown


@frozen
class StepView:
    """A step: a linked title, who does it, by when; `late` and `blocked` where they apply."""

    ref: str
    what: SafeMarkdown
    who: tuple[str, ...] = ()
    due: date | None = None
    late: bool = False
    blocked: bool = False
    done: bool = False


def step_views(context: ReportContext, derived: EngagementDerived) -> tuple[StepView, ...]:
    return tuple(view_of(context, step) for step in next_steps(derived.steps))


def view_of(context: ReportContext, step: NextStep) -> StepView:
    what = context.titled(step.ref, step.title)
    return StepView(step.ref, what, step.who, step.due, step.late, step.blocked)


def steps_before(context: ReportContext, engagement: Engagement, since: date, period: Period) -> tuple[StepView, ...]:
    """The steps that the last report named when it was posted, done or not; without one, what it would have named."""
    items = items_by_ref(engagement)
    refs = _refs_said(context, engagement.ref, period)
    if refs is None:
        derived = context.derived(engagement.ref, since, Depth.FIGURES)
        active = derived is not None and derived.phase == Phase.ACTIVE
        refs = tuple(step.ref for step in next_steps(derived.steps)) if derived and active else ()
    return tuple(_told_before(context, items[ref]) for ref in refs if ref in items)


def _told_before(context: ReportContext, item: Item) -> StepView:
    return StepView(
        item.ref, context.titled(item.ref, item.title), item.assignees, item.due_date, done=not item.is_open
    )


def _refs_said(context: ReportContext, ref: str, period: Period) -> tuple[str, ...] | None:
    previous = context.previous("status", ref, period)
    payload: Mapping[str, Any] = previous.payload if previous else {}
    first = payload.get("posted")
    said: Any = first.get("next_steps") if isinstance(first, Mapping) else payload.get("next_steps")
    return tuple(str(step) for step in said) if isinstance(said, list | tuple) else None
