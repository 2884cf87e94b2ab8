"""The slip ledger: which due date moved when, by how many working days, and the days lost in each month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.derive.results import Slip
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Item, Milestone


def find_slips(work: Sequence[Item], milestones: Sequence[Milestone], calendar: WorkCalendar) -> tuple[Slip, ...]:
    """Every known move of a due date, oldest first; setting a first one is no move. Taking one away has no days."""
    values: tuple[Item | Milestone, ...] = (*work, *milestones)
    slips = [slip for value in values for slip in _moves(value, calendar)]
    return tuple(sorted(slips, key=lambda s: (s.on, s.ref, s.title)))


def days_lost_by_month(slips: Iterable[Slip], milestones: Sequence[Milestone]) -> dict[str, int]:
    """Working days by which due dates moved in each month (`2026-10`), negative = won back.

    Milestones count where the engagement has dated ones: when their items move along, that is the same delay again.
    """
    dated = {m.ref for m in milestones if m.due_date or m.due_history}
    lost: dict[str, int] = {}
    for slip in slips:
        if slip.days is not None and (not dated or slip.ref in dated):
            month = f"{slip.on:%Y-%m}"
            lost[month] = lost.get(month, 0) + slip.days
    return dict(sorted(lost.items()))


def _moves(value: Item | Milestone, calendar: WorkCalendar) -> Iterator[Slip]:
    for change in value.due_history:
        if change.previous is not None and change.previous != change.new:
            days = calendar.working_days_between(change.previous, change.new) if change.new else None
            yield Slip(value.ref, value.title, change.previous, change.new, calendar.local_day(change.at), days)
