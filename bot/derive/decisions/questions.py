"""Questions that rules and gates ask of a subject. One answer each, so that no two of them count differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from bot.config import Threshold
from bot.derive.labels import has_label
from bot.derive.results import EngagementDerived, Rag, Status
from bot.derive.subject import Subject
from bot.domain.calendar import Period, week_named
from bot.domain.frozen import frozen
from bot.domain.model import Booking, Item, TimeLog
from bot.domain.vocabulary import ChangeOrderState

QUESTION_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {
        "planning_days": Threshold(
            10, "working days", "From the start: so long may work be undated, unsized or unassigned"
        )
    }
)


def due_day(subject: Subject, item: Item) -> date | None:
    """An item's due date, else its milestone's."""
    return item.due_date or milestone_due(subject, item.milestone)


def milestone_due(subject: Subject, title: str | None) -> date | None:
    """The due date of the milestone of that title; the earliest where a group and a project use the same title."""
    return min((m.due_date for m in subject.engagement.milestones if m.title == title and m.due_date), default=None)


def days_late(subject: Subject, due: date | None) -> int:
    """Working days since `due` passed, at least 1; 0 when it has not passed or is not known."""
    if due is None or due >= subject.day:
        return 0
    return max(1, subject.calendar.working_days_between(due, subject.day))


def working_days_since(subject: Subject, day: date | None) -> int | None:
    """Working days from `day` (day 0) to today; None when it is not known."""
    return None if day is None else subject.calendar.working_days_between(day, subject.day)


def last_touched(subject: Subject, item: Item) -> date | None:
    """The last day on which GitLab saw a change of the item, not later than today (`updated_at` has no history)."""
    at = item.updated_at or item.created_at
    return min(subject.calendar.local_day(at), subject.day) if at else None


def last_activity(subject: Subject) -> date | None:
    """The last day on which any item was created, changed or closed, or hours were logged."""
    local = subject.calendar.local_day
    days = [log.spent_at for log in subject.engagement.timelogs]
    for item in subject.engagement.items:
        days += [local(at) for at in (item.created_at, item.updated_at, item.closed_at) if at]
    return min(max(days), subject.day) if days else None


def sow_end(subject: Subject) -> date | None:
    """The end of the SOW: what the change order decided last says, else the facts."""
    approved = [o for o in subject.derived.scope.change_orders if o.state == ChangeOrderState.APPROVED and o.end]
    if approved:
        return max(approved, key=lambda o: (o.decided or date.min, o.end or date.min, o.ref)).end
    return subject.engagement.facts.end


def deadline(subject: Subject) -> date | None:
    """The day by which the engagement is due: the SOW's end (moved by change orders), else its last due date."""
    if (end := sow_end(subject)) is not None:
        return end
    due = [m.due_date for m in subject.engagement.milestones if m.due_date]
    due += [m.due for m in subject.engagement.facts.milestones if m.due]
    return subject.engagement.due_date or max(due, default=None)


@frozen
class HoursAtCompletion:
    """The one figure for what it takes in the end: `forecast.effort_hours`."""

    p50: float
    p80: float


def hours_at_completion(derived: EngagementDerived) -> HoursAtCompletion | None:
    """None where nothing tells it."""
    p50, p80 = derived.forecast.effort_hours.p50, derived.forecast.effort_hours.p80
    known = isinstance(p50, int | float) and isinstance(p80, int | float)
    return HoursAtCompletion(float(p50), float(p80)) if known else None  # type: ignore[arg-type]


def in_planning(subject: Subject) -> bool:
    """Whether the first working days, in which planning may still be under way, are not over (or the start is unknown)."""
    since = working_days_since(subject, subject.engagement.facts.start)
    return since is None or since < subject.threshold("planning_days")


def is_waiting(subject: Subject, item: Item) -> bool:
    return has_label(item.labels, subject.settings.labels.waiting_customer)


def is_blocked(subject: Subject, item: Item) -> bool:
    """Whether something that is open, or that can't be read, blocks the item."""
    blockers = (subject.known_item(ref) for ref in item.blocked_by)
    return any(blocker is None or blocker.is_open for blocker in blockers)


def owner_of(subject: Subject) -> str | None:
    """Who answers for the engagement: the PM of the facts, else the first assignee of its root."""
    return subject.engagement.facts.pm or min(subject.engagement.assignees, default=None)


def open_exceptions(subject: Subject) -> tuple[Item, ...]:
    """Open work exceptions (`WE-…`), without work-at-risk issues."""
    labels = subject.settings.labels
    found = (i for i in subject.engagement.items if i.is_open and has_label(i.labels, labels.exception))
    return tuple(sorted(found, key=lambda i: i.ref))


def has_exception(subject: Subject) -> bool:
    """Whether a work exception was ever asked for."""
    return any(has_label(i.labels, subject.settings.labels.exception) for i in subject.engagement.items)


def has_work_at_risk(subject: Subject) -> bool:
    """Whether a work-at-risk approval was ever asked for."""
    return any(has_label(i.labels, subject.settings.labels.work_at_risk) for i in subject.engagement.items)


def days_left_in_quarter(subject: Subject) -> int:
    """Working days after today to the end of the fiscal quarter."""
    return subject.calendar.working_days_between(subject.day, subject.calendar.fiscal_quarter(subject.day).last)


def hours_of(logs: Iterable[TimeLog]) -> float:
    return sum(log.hours for log in sorted(logs, key=lambda log: log.hours))


def axes_of(status: Status) -> tuple[tuple[str, Rag], ...]:
    """The three computed axes by name."""
    return (("schedule", status.schedule), ("scope", status.scope), ("budget", status.budget))


def currency_of(subject: Subject) -> str:
    return subject.engagement.facts.currency or subject.settings.finance.currency


def week_of_booking(booking: Booking) -> Period | None:
    """The booking's ISO week; None where its name is none (the pipeline tells of that)."""
    try:
        return week_named(booking.week)
    except ValueError:
        return None
