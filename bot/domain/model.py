"""The domain as frozen values: what GitLab, a CSV file or a snapshot told, in a PS project manager's words.

Hours and money are numbers (hours, units of the currency); dates are `date`, instants are aware `datetime`s in UTC.
`as_of` is the only replay of the past: back-tests, `--as-of`, trends and "what changed" all use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Final

from bot.domain.facts.declared import FactFault as FactFault
from bot.domain.facts.declared import Facts as Facts
from bot.domain.facts.declared import MilestoneFact as MilestoneFact
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.vocabulary import Audience, BookingKind, ItemState, Outcome, TimeboxState

EMPTY: Mapping[str, Any] = MappingProxyType({})
_CLOSED: Final = ItemState.CLOSED


@frozen
class DueChange:
    """A due date moved `previous` → `new` at instant `at`; None stands for "no date"."""

    previous: date | None
    new: date | None
    at: datetime


@frozen
class Titled:
    """What has a reference and a title."""

    ref: str
    title: str


@frozen
class Item(Titled):
    """A GitLab issue, task or child epic that carries work of an engagement (or a RAID, change-order … issue)."""

    type: str = "issue"
    state: ItemState = ItemState.OPENED
    created_at: datetime | None = None
    closed_at: datetime | None = None
    start_date: date | None = None
    due_date: date | None = None
    milestone: str | None = None
    weight: float | None = None
    estimate_hours: float | None = None
    spent_hours: float | None = None
    assignees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    label_dates: Mapping[str, datetime] = field(default_factory=lambda: EMPTY)
    blocked_by: tuple[str, ...] = ()
    confidential: bool = False
    health_status: str | None = None
    updated_at: datetime | None = None
    due_history: tuple[DueChange, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    web_url: str = ""
    iteration: str | None = None
    parent: str | None = None
    """The reference of what it is a part of: an epic, or an issue that was split into tasks."""
    outcome: Outcome | None = None
    """`done` or `dropped` of a closed item, as GitLab tells; None while it is open, or not known."""
    status: str | None = None
    """The name of GitLab's work item status, where the tier has them."""
    takes_texts: bool = False
    """psbot writes to it, or it is somebody's internal place or customer channel: no work."""
    updates: tuple[datetime, ...] | None = None
    """Of an escalation: when people commented on it or edited what it says; None where that was not read."""
    later_labels: tuple[str, ...] = ()
    """In a replay: labels it got after that day. They tell what it is, never its state."""

    @property
    def is_open(self) -> bool:
        return self.state != _CLOSED

    @property
    def first_due(self) -> date | None:
        """The first due date that this item is known to have had: its baseline."""
        for change in self.due_history:
            if change.previous is not None:
                return change.previous
            if change.new is not None:
                return change.new
        return self.due_date


@frozen
class Milestone:
    """A GitLab milestone of a project or group."""

    title: str
    ref: str = ""
    start_date: date | None = None
    due_date: date | None = None
    state: TimeboxState = TimeboxState.ACTIVE
    closed_at: datetime | None = None
    web_url: str = ""
    due_history: tuple[DueChange, ...] = ()


@frozen
class TimeLog:
    """Hours that `user` spent on day `spent_at`; `item` is None where a timesheet row names none."""

    item: str | None
    user: str
    spent_at: date
    hours: float
    billable: bool = True
    approved: bool = True


@frozen
class Booking:
    """Hours booked for `user` in ISO week `week` (`2026-W47`); `kind` is hard or soft."""

    user: str
    week: str
    hours: float
    kind: BookingKind = BookingKind.HARD
    known: date | None = None
    """The day on which it was made, as far as the file tells."""


@frozen
class WhatIf:
    """What a scenario assumes; never read from GitLab and in no snapshot."""

    pace_factor: float = 1.0
    """Pace from now on ÷ pace so far."""
    planned_end: date | None = None
    """The end that the work was planned for, where the scenario moves the SOW's end."""
    joins: tuple[tuple[date, int], ...] = ()
    """People who join full-time: from which day, and how many."""
    moves: tuple[tuple[str, date], ...] = ()
    """People of other engagements who join full-time: username, from which day."""
    away: tuple[tuple[str, date, date], ...] = ()
    """Absences assumed: username, first and last day."""


@frozen
class Engagement:
    """One SOW: its root epic or issue, facts, work and money. `errors` names what could not be read."""

    ref: str
    title: str = ""
    web_url: str = ""
    state: ItemState = ItemState.OPENED
    closed_at: datetime | None = None
    created_at: datetime | None = None
    labels: tuple[str, ...] = ()
    label_dates: Mapping[str, datetime] = field(default_factory=lambda: EMPTY)
    health_status: str | None = None
    assignees: tuple[str, ...] = ()
    due_date: date | None = None
    confidential: bool = False
    facts: Facts = Facts()
    fact_faults: tuple[FactFault, ...] = ()
    customer_visible_facts: tuple[str, ...] = ()
    """Money keys that stand in a description which a customer can read (rule customer-visible-money)."""
    items: tuple[Item, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    timelogs: tuple[TimeLog, ...] = ()
    bookings: tuple[Booking, ...] = ()
    hours_difference: float | None = None
    """Timesheet hours less GitLab's time logs, where timesheets are given."""
    errors: tuple[Text, ...] = ()
    unread: tuple[str, ...] = ()
    """References and paths of its work that could not be read: what is known of it is less than there is."""
    what_if: WhatIf = WhatIf()


@frozen
class Consent:
    """A person's 👍 on a customer's note about a milestone, or a rating from 1 to 5 on the one that asks how it was."""

    author: str
    at: datetime
    rating: int | None = None


@frozen
class ThreadNote:
    """Where a person's comment stands: its number, the place and the thread; and psbot's own reactions to it."""

    note: int = 0
    place: str = ""
    thread: str = ""
    signs: tuple[str, ...] = ()


@frozen
class Reply:
    """What a person wrote below a bot's note, or as a comment on a report's issue."""

    author: str
    body: str
    created_at: datetime
    stands: ThreadNote = ThreadNote()


@frozen
class PastReport:
    """A report that the bot itself published: its hidden payload, and what people added. `engagement` is a reference."""

    kind: str
    audience: Audience
    period: str
    engagement: str | None
    payload: Mapping[str, Any]
    url: str = ""
    pm_notes: str = ""
    replies: tuple[Reply, ...] = ()
    consents: tuple[Consent, ...] = ()
    """Of a note that asks the customer for acceptance."""


@frozen
class Target:
    """An open item, or a project, where psbot's texts stand or would stand, as just read: GitLab's own name for it.

    `epic_id` is an epic's id in REST, where its notes are; None for issues, and where it is not known.
    """

    ref: str
    web_url: str = ""
    labels: tuple[str, ...] = ()
    epic_id: int | None = None
    item_id: int | None = None


@frozen
class Portfolio:
    """Everything that was read, and when. `failures` names namespaces and engagements that could not be read."""

    engagements: tuple[Engagement, ...] = ()
    taken_at: datetime | None = None
    failures: tuple[Text, ...] = ()
    members: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY)
    """Usernames who can still work, by namespace; empty = not read (rule assignee-absent then says nothing)."""
    targets: Mapping[str, Target] = field(default_factory=lambda: EMPTY)
    """What was read of where texts go, by the name in facts and config; what was not read is missing."""
    unread: tuple[str, ...] = ()
    """Configured namespaces that could not be read: what is missing in them is not gone."""
    known: tuple[str, ...] = ()
    """References and SOWs of every engagement that was seen, also of those that are not read now."""


def as_of(portfolio: Portfolio, day: date, zone: tzinfo) -> Portfolio:
    """The portfolio as it stood at the end of `day` in `zone`. Later facts are gone, not hidden."""
    cut = end_of_day(day, zone)
    known = (e for e in portfolio.engagements if e.created_at is None or e.created_at < cut)
    return replace(portfolio, engagements=tuple(engagement_as_of(e, cut, day) for e in known))


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The first instant after `day` in `zone`."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def engagement_as_of(engagement: Engagement, cut: datetime, day: date) -> Engagement:
    """One that existed by then, as of the instant `cut`, which is the end of `day`."""
    logs = tuple(log for log in engagement.timelogs if log.spent_at <= day)
    spent: dict[str, float] = {}
    logged = {log.item for log in engagement.timelogs if log.item}
    for log in logs:
        if log.item:
            spent[log.item] = spent.get(log.item, 0.0) + log.hours
    items = tuple(
        item_as_of(item, cut, spent.get(item.ref, 0.0) if item.ref in logged else None)
        for item in engagement.items
        if item.created_at is None or item.created_at < cut
    )
    state, closed_at = _state_as_of(engagement.state, engagement.closed_at, cut)
    return replace(
        engagement,
        state=state,
        closed_at=closed_at,
        items=items,
        timelogs=logs,
        milestones=tuple(milestone_as_of(m, cut) for m in engagement.milestones),
        bookings=tuple(b for b in engagement.bookings if b.known is None or b.known <= day),
        labels=_labels_as_of(engagement.labels, engagement.label_dates, cut),
        label_dates=_dates_as_of(engagement.label_dates, cut),
    )


def item_as_of(item: Item, cut: datetime, logged: float | None) -> Item:
    """`logged`: the hours logged on it by then; None where only GitLab's total is known."""
    if _is_settled(item, cut):
        spent = item.spent_hours if logged is None else logged
        return item if spent == item.spent_hours else replace(item, spent_hours=spent)
    state, closed_at = _state_as_of(item.state, item.closed_at, cut)
    due, history = _due_as_of(item.due_date, item.due_history, cut)
    return replace(
        item,
        state=state,
        closed_at=closed_at,
        outcome=item.outcome if state == ItemState.CLOSED else None,
        updates=None if item.updates is None else tuple(at for at in item.updates if at < cut),
        due_date=due,
        due_history=history,
        spent_hours=item.spent_hours if logged is None else logged,
        labels=_labels_as_of(item.labels, item.label_dates, cut),
        label_dates=_dates_as_of(item.label_dates, cut),
        later_labels=tuple(
            label for label in item.labels if label in item.label_dates and item.label_dates[label] >= cut
        ),
    )


def _is_settled(item: Item, cut: datetime) -> bool:
    """Whether nothing that is known of the item, but for hours, happened after the cut: most items of most replays."""
    if (item.closed_at is not None and item.closed_at >= cut) or item.later_labels or (item.outcome and item.is_open):
        return False
    if item.label_dates and max(item.label_dates.values()) >= cut:
        return False
    moves = [change.at for change in item.due_history]
    return not moves or (max(moves) < cut and moves == sorted(moves))


def milestone_as_of(milestone: Milestone, cut: datetime) -> Milestone:
    """It was open then if it was closed later; a due date that was moved later is the one before."""
    closed = milestone.closed_at is not None and milestone.closed_at >= cut
    due, history = _due_as_of(milestone.due_date, milestone.due_history, cut)
    state, closed_at = (TimeboxState.ACTIVE, None) if closed else (milestone.state, milestone.closed_at)
    return replace(milestone, state=state, closed_at=closed_at, due_date=due, due_history=history)


def _state_as_of(state: ItemState, closed_at: datetime | None, cut: datetime) -> tuple[ItemState, datetime | None]:
    """Closed later than the cut is open; a close without a date stands as it is."""
    return (ItemState.OPENED, None) if closed_at is not None and closed_at >= cut else (state, closed_at)


def _due_as_of(
    due: date | None, history: tuple[DueChange, ...], cut: datetime
) -> tuple[date | None, tuple[DueChange, ...]]:
    """The first change after the cut tells what stood before it."""
    history = tuple(sorted(history, key=lambda change: change.at))
    later = [change for change in history if change.at >= cut]
    return (later[0].previous if later else due), tuple(change for change in history if change.at < cut)


def _dates_as_of(dates: Mapping[str, datetime], cut: datetime) -> Mapping[str, datetime]:
    return {label: at for label, at in dates.items() if at < cut}


def _labels_as_of(labels: tuple[str, ...], dates: Mapping[str, datetime], cut: datetime) -> tuple[str, ...]:
    """A label known to be younger than the cut was not there; one without a date stands as it is.

    Where a younger one of its scope (`change-order::…`) has replaced a label since, the replaced one was there.
    """
    there = [label for label in labels if label not in dates or dates[label] < cut]
    scopes = {scope for label in labels if label not in there and (scope := label_scope(label))}
    for scope in sorted(scopes - {label_scope(label) for label in there}):
        former = [(at, label) for label, at in dates.items() if at < cut and label_scope(label) == scope]
        there += [max(former)[1]] if former else []
    return tuple(there)


def label_scope(label: str) -> str:
    """What stands before the last `::`: of such labels an issue has but one, the next replaces it. Empty where there is none."""
    return label.rpartition("::")[0]
