"""The slip ledger: which due date moved when, by how many working days, and the days lost in each month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from bot.config import LabelSettings
from bot.derive.labels import has_label
from bot.derive.results import EngagementDerived, Slip
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Item, Milestone

NO_CAUSES: Mapping[str, str] = MappingProxyType({})
UNKNOWN_CAUSE = "unknown"
_BY_WEIGHT = ("client", "blocked", "~")


def find_slips(work: Sequence[Item], milestones: Sequence[Milestone], calendar: WorkCalendar) -> tuple[Slip, ...]:
    """Every known move of a due date, oldest first; setting a first one is no move. Taking one away has no days."""
    values: tuple[Item | Milestone, ...] = (*work, *milestones)
    slips = [slip for value in values for slip in _moves(value, calendar)]
    return tuple(sorted(slips, key=lambda s: (s.on, s.ref, s.title)))


def days_lost_by_month(
    slips: Sequence[Slip], milestones: Sequence[Milestone], work: Sequence[Item] = ()
) -> dict[str, int]:
    """Working days by which due dates moved in each month (`2026-10`), negative = won back."""
    return {month: sum(days.values()) for month, days in days_lost(delays(slips, milestones, work)).items()}


def delays(slips: Sequence[Slip], milestones: Sequence[Milestone], work: Sequence[Item] = ()) -> tuple[Slip, ...]:
    """The moves that count as days lost, each delay once.

    Where a milestone moved, items that moved along are the same delay again: its own never count, others not in that month.
    """
    stones = {m.ref for m in milestones}
    months = {f"{slip.on:%Y-%m}" for slip in slips if slip.ref in stones}
    moved = {m.title for m in milestones if m.ref in {slip.ref for slip in slips}}
    along = {item.ref for item in work if item.milestone in moved}
    return tuple(
        slip
        for slip in slips
        if slip.days is not None and (slip.ref in stones or not (slip.ref in along or f"{slip.on:%Y-%m}" in months))
    )


def days_lost(counted: Iterable[Slip], causes: Mapping[str, str] = NO_CAUSES) -> dict[str, dict[str, int]]:
    """Days lost by month and cause; `causes` are those that people gave, by what moved, else `unknown`."""
    lost: dict[str, dict[str, int]] = {}
    for slip in counted:
        by_cause = lost.setdefault(f"{slip.on:%Y-%m}", {})
        cause = causes.get(slip.title, UNKNOWN_CAUSE)
        by_cause[cause] = by_cause.get(cause, 0) + (slip.days or 0)
    return {month: dict(sorted(found.items())) for month, found in sorted(lost.items())}


def known_causes(derived: EngagementDerived, engagement: Engagement, labels: LabelSettings) -> dict[str, str]:
    """Why dates moved, by what moved: as people ordered it, else as a waiting label or an open blocker shows."""
    found: dict[str, str] = {}
    for item in engagement.items:
        cause = "client" if has_label(item.labels, labels.waiting_customer) else "blocked" if item.blocked_by else None
        for title in (item.title, item.milestone) if cause and item.is_open else ():
            if title:
                found[title] = min(cause or "", found.get(title, "~"), key=_BY_WEIGHT.index)
    return found | {cause.milestone: cause.cause for cause in derived.causes}


def _moves(value: Item | Milestone, calendar: WorkCalendar) -> Iterator[Slip]:
    for change in value.due_history:
        if change.previous is not None and change.previous != change.new:
            days = calendar.working_days_between(change.previous, change.new) if change.new else None
            yield Slip(value.ref, value.title, change.previous, change.new, calendar.local_day(change.at), days)
