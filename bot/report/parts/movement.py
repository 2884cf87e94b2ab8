"""What moved between two days: milestones hit and slipped, RAID opened and closed, hours, money, wins and lessons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from bot.derive.results import EngagementDerived, MilestoneStatus, RaidEntry
from bot.domain.calendar import Period, WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Item
from bot.domain.vocabulary import ItemState, MilestoneState
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown


@frozen
class Slipped:
    """A milestone that moved away from its baseline within the span, by so many working days."""

    title: SafeMarkdown
    was: date | None
    now: date | None
    days: int


@frozen
class RaidChanges:
    """RAID entries opened, closed and escalated within the span, and how many are open at its end."""

    opened: tuple[SafeMarkdown, ...] = ()
    closed: tuple[SafeMarkdown, ...] = ()
    escalated: tuple[SafeMarkdown, ...] = ()
    open_now: int = 0


def milestones_hit(now: EngagementDerived, then: EngagementDerived | None) -> tuple[MilestoneStatus, ...]:
    """Milestones that are done now and were not at the start."""
    before = {m.title for m in then.schedule.milestones if m.state == MilestoneState.DONE} if then else set()
    return tuple(m for m in now.schedule.milestones if m.state == MilestoneState.DONE and m.title not in before)


def milestones_slipped(
    context: ReportContext, now: EngagementDerived, then: EngagementDerived | None
) -> tuple[Slipped, ...]:
    """Open milestones whose expected finish moved later within the span."""
    before = {m.title: m for m in then.schedule.milestones} if then else {}
    found = []
    for m in now.schedule.milestones:
        was = before.get(m.title)
        first, last = (was.forecast or was.due) if was else m.baseline, m.forecast or m.due
        if m.state != MilestoneState.DONE and first and last:
            days = context.calendar.working_days_between(first, last)
            if days > 0:
                found.append(Slipped(context.titled(m.ref, m.title), first, last, days))
    return tuple(found)


def raid_movement(context: ReportContext, now: EngagementDerived, then: EngagementDerived | None) -> RaidChanges:
    before = {entry.ref: entry for entry in then.raid} if then else {}

    def links(wanted: Callable[[RaidEntry, RaidEntry | None], bool]) -> tuple[SafeMarkdown, ...]:
        return tuple(context.titled(e.ref, e.title) for e in now.raid if wanted(e, before.get(e.ref)))

    return RaidChanges(
        links(lambda e, was: was is None),
        links(lambda e, was: e.state == ItemState.CLOSED and (was is None or was.state != ItemState.CLOSED)),
        links(lambda e, was: e.escalated and (was is None or not was.escalated)),
        sum(entry.state != ItemState.CLOSED for entry in now.raid),
    )


def labelled_in(
    engagement: Engagement, is_wanted: Callable[[str], bool], span: Period, calendar: WorkCalendar
) -> tuple[Item, ...]:
    """Items that got such a label within `span`; where GitLab doesn't say when, items created then."""
    days = [(item, _labelled_on(item, is_wanted, calendar)) for item in engagement.items]
    return tuple(item for item, day in days if day is not None and day in span)


def is_lesson(label: str, prefix: str) -> bool:
    """`llProduct` is a lesson, `llama` is not: the published names go on with a capital."""
    return label.startswith(prefix) and (
        label == prefix or label[len(prefix)].isupper() or prefix.endswith(("::", "-"))
    )


def hours_in(engagement: Engagement, span: Period) -> float:
    return sum(log.hours for log in engagement.timelogs if log.spent_at in span)


def _labelled_on(item: Item, is_wanted: Callable[[str], bool], calendar: WorkCalendar) -> date | None:
    labels = [label for label in item.labels if is_wanted(label)]
    if not labels:
        return None
    known: Iterable[datetime] = [item.label_dates[label] for label in labels if label in item.label_dates]
    at = min(known, default=item.created_at)
    return calendar.local_day(at) if at else None
