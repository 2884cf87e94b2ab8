"""As of which day a weekly report is worked out: the day it was first due, or the last day on which anything changed.

Ages, chances and run-out dates move with every day that passes. Were a report worked out anew as of each run's day, every
run would write, and nobody could tell a change from the calendar. So between two runs without a change the report stands
still to the letter (CONTRACT §8.2: a new as-of date alone is no change); the next change brings it up to its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from bot.model import Engagement
from bot.report.context import ReportContext
from bot.report.due import Due, cycle_of


def standing_day(context: ReportContext, due: Due, *refs: str) -> date:
    """The day as of which `due` holds for these engagements: never after the run's day, nor before the first due day."""
    first_due = cycle_of(due.kind, context.settings, context.calendar).first_due(due.period)
    engagements = context.engagements(due.as_of)
    changed = [day for ref in refs if ref in engagements for day in _changes(context, engagements[ref])]
    return min(due.as_of, max([first_due, *(day for day in changed if day <= due.as_of)]))


def _changes(context: ReportContext, engagement: Engagement) -> Iterator[date]:
    yield from (log.spent_at for log in engagement.timelogs)
    yield from (context.calendar.local_day(at) for at in _instants(engagement) if at is not None)


def _instants(engagement: Engagement) -> Iterator[datetime | None]:
    """When anything of the engagement happened, as far as GitLab tells."""
    yield from (engagement.created_at, engagement.closed_at, *engagement.label_dates.values())
    for item in engagement.items:
        yield from (item.created_at, item.updated_at, item.closed_at, *item.label_dates.values())
        yield from (change.at for change in item.due_history)
    for milestone in engagement.milestones:
        yield milestone.closed_at
        yield from (change.at for change in milestone.due_history)
