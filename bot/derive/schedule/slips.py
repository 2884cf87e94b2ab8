"""The slip ledger: which due date moved when, by how many working days, and the days lost in each month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.derive.results import Slip
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Item, Milestone


def find_slips(work: Sequence[Item], milestones: Sequence[Milestone], calendar: WorkCalendar) -> tuple[Slip, ...]:
    """Every known move of a due date, oldest first; setting a first one is no move. Taking one away has no days."""
    values: tuple[Item | Milestone, ...] = (*work, *milestones)
    slips = [slip for value in values for slip in _moves(value, calendar)]
    return tuple(sorted(slips, key=lambda s: (s.on, s.ref, s.title)))


def days_lost_by_month(
    slips: Sequence[Slip], milestones: Sequence[Milestone], work: Sequence[Item] = ()
) -> dict[str, int]:
    """Working days by which due dates moved in each month (`2026-10`), negative = won back.

    Where a milestone moved, items that moved along are the same delay again: its own never count, others not in that month.
    """
    stones = {m.ref for m in milestones}
    months = {f"{slip.on:%Y-%m}" for slip in slips if slip.ref in stones}
    moved = {m.title for m in milestones if m.ref in {slip.ref for slip in slips}}
    along = {item.ref for item in work if item.milestone in moved}
    lost: dict[str, int] = {}
    for slip in slips:
        month = f"{slip.on:%Y-%m}"
        counts = slip.ref in stones or not (slip.ref in along or month in months)
        if slip.days is not None and counts:
            lost[month] = lost.get(month, 0) + slip.days
    return dict(sorted(lost.items()))


def _moves(value: Item | Milestone, calendar: WorkCalendar) -> Iterator[Slip]:
    for change in value.due_history:
        if change.previous is not None and change.previous != change.new:
            days = calendar.working_days_between(change.previous, change.new) if change.new else None
            yield Slip(value.ref, value.title, change.previous, change.new, calendar.local_day(change.at), days)
