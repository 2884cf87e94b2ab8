"""Timesheets written in bulk: the days on which their hours were worked, and the day until which they tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.derive.forecast.constants import BULK_DAYS, LONGEST_SHEET
from bot.domain.calendar import WorkCalendar, week_of
from bot.domain.frozen import frozen
from bot.domain.model import TimeLog


@frozen
class Sheets:
    """Logs on the days on which their hours were worked, the day on which each was known, and who writes them in bulk."""

    logs: tuple[TimeLog, ...]
    known: list[date]
    until: Mapping[str, date]
    """By person whose last log is a timesheet: its day. What was worked after it is unknown, not zero."""


def read_sheets(logs: Sequence[TimeLog], calendar: WorkCalendar, start: date | None) -> Sheets:
    """More hours on a day than a person works in two are a timesheet of the days since that person's last one."""
    sums: dict[tuple[str, date], float] = defaultdict(float)
    for log in logs:
        sums[log.user, log.spent_at] += log.hours
    bulk = {key for key, hours in sums.items() if hours > BULK_DAYS * calendar.hours_per_day}
    weeks = _weeks_worked(bulk, sums, calendar, start)
    if not weeks:
        return Sheets(tuple(logs), [log.spent_at for log in logs], {})
    found, known = [], []
    for log in logs:
        for day, share in weeks.get((log.user, log.spent_at), ((log.spent_at, 1.0),)):
            found.append(log if share == 1.0 else replace(log, spent_at=day, hours=log.hours * share))
            known.append(log.spent_at)
    last = dict(sorted(sums))
    return Sheets(tuple(found), known, {user: day for user, day in last.items() if (user, day) in weeks})


def _weeks_worked(
    bulk: set[tuple[str, date]], sums: Mapping[tuple[str, date], float], calendar: WorkCalendar, start: date | None
) -> dict[tuple[str, date], tuple[tuple[date, float], ...]]:
    """By timesheet: the last working day of each week that it covers, and the week's share of its working days."""
    found = {}
    for user, day in bulk:
        before = max((d for u, d in sums if u == user and d < day), default=None)
        since = before or (start - timedelta(days=1) if start and start <= day else day)
        days = calendar.working_days(max(since, day - timedelta(weeks=LONGEST_SHEET)) + timedelta(days=1), day)
        if len(days) > 1:
            weeks: dict[date, list[date]] = defaultdict(list)
            for worked in days:
                weeks[week_of(worked).first].append(worked)
            found[user, day] = tuple((week[-1], len(week) / len(days)) for week in weeks.values())
    return found
