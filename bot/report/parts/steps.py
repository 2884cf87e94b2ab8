"""Next steps: what should be done in the coming days, and whether the last report's steps were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.derive.labels import raid_kind
from bot.derive.results import EngagementDerived
from bot.derive.scope.breakdown import work_items
from bot.domain.calendar import Period
from bot.domain.model import Engagement, Item
from bot.report.context import ReportContext, items_by_ref
from bot.report.text.safe_text import SafeMarkdown

HORIZON = timedelta(days=14)
MOST_STEPS = 5
FAR = date.max


@dataclass(frozen=True, slots=True)
class StepView:
    """A step: a linked title, who does it, by when; `late` and `blocked` where they apply."""

    ref: str
    what: SafeMarkdown
    who: tuple[str, ...] = ()
    due: date | None = None
    late: bool = False
    blocked: bool = False
    done: bool = False


def next_steps(
    context: ReportContext,
    engagement: Engagement,
    derived: EngagementDerived,
    day: date,
) -> tuple[StepView, ...]:
    """The open work and actions that come next: due in two weeks or overdue first, else the earliest planned."""
    labels = context.settings.labels
    critical = frozenset(derived.schedule.critical_path)
    planned = derived.schedule.planned
    items = items_by_ref(engagement)

    def urgency(item: Item) -> tuple[bool, date, bool, str]:
        finish = item.due_date or planned.get(item.ref) or FAR
        return (is_blocked(item, items), finish, item.ref not in critical, item.ref)

    actions = (i for i in engagement.items if i.is_open and raid_kind(i, labels) == "action")
    work = (i for i in work_items(engagement, labels) if i.is_open and i.type != "epic")
    open_steps = sorted((*work, *actions), key=urgency)
    soon = [i for i in open_steps if (i.due_date or planned.get(i.ref) or FAR) <= day + HORIZON]
    chosen = (soon or [i for i in open_steps if not is_blocked(i, items)])[:MOST_STEPS]
    return tuple(step_view(context, item, items, day) for item in chosen)


def steps_before(
    context: ReportContext, engagement: Engagement, since: date, day: date, period: Period
) -> tuple[StepView, ...]:
    """The steps that the last report named when it was posted, done or not; without one, what it would have named."""
    items = items_by_ref(engagement)
    refs = _refs_said(context, engagement.ref, period)
    if refs is None:
        then, derived = context.engagements(since).get(engagement.ref), context.derived(engagement.ref, since)
        refs = ()
        if then and derived and derived.phase == "active":
            refs = tuple(step.ref for step in next_steps(context, then, derived, since))
    return tuple(step_view(context, items[ref], items, day) for ref in refs if ref in items)


def step_view(context: ReportContext, item: Item, items: Mapping[str, Item], day: date) -> StepView:
    done = not item.is_open
    late = not done and item.due_date is not None and item.due_date < day
    blocked = not done and is_blocked(item, items)
    return StepView(item.ref, context.titled(item.ref, item.title), item.assignees, item.due_date, late, blocked, done)


def is_blocked(item: Item, items: Mapping[str, Item]) -> bool:
    """Whether something that blocks `item` is still open here."""
    return any(ref in items and items[ref].is_open for ref in item.blocked_by)


def _refs_said(context: ReportContext, ref: str, period: Period) -> tuple[str, ...] | None:
    previous = context.previous("status", ref, period)
    payload: Mapping[str, Any] = previous.payload if previous else {}
    first = payload.get("posted")
    said: Any = first.get("next_steps") if isinstance(first, Mapping) else payload.get("next_steps")
    return tuple(str(step) for step in said) if isinstance(said, list | tuple) else None
