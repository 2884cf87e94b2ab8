"""Hours: what was logged, by whom, billable or not; how fast they are spent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.config import LabelSettings
from bot.derive.labels import is_work, meaning_of
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Item, TimeLog

PACE_WEEKS = 8
"""`runs_out` follows the mean pace of the last 8 weeks."""
HORIZON_DAYS = 5_000
"""Working days (about 19 years) beyond which a run-out date says nothing."""


@frozen
class Hours:
    """All hours spent, and those of them that can be billed."""

    spent: float
    billable: float


def count_hours(engagement: Engagement, labels: LabelSettings) -> Hours:
    """All logged hours; an item of work without a time log counts with the hours GitLab says were spent on it.

    Timesheet rows may name no item: where there are any, they are all the hours there are.
    """
    free = non_billable_refs(engagement.items, labels)
    paid = [log.hours for log in engagement.timelogs if is_billable(log, free)]
    paid += [i.spent_hours or 0.0 for i in items_without_logs(engagement, labels) if i.ref not in free]
    return Hours(hours_spent(engagement, labels), math.fsum(paid))


def hours_spent(engagement: Engagement, labels: LabelSettings) -> float:
    """All logged hours, and those of items of work without a time log."""
    unlogged = [i.spent_hours or 0.0 for i in items_without_logs(engagement, labels)]
    return math.fsum([*(log.hours for log in engagement.timelogs), *unlogged])


def items_without_logs(engagement: Engagement, labels: LabelSettings) -> Sequence[Item]:
    """Items of work whose hours are known only as GitLab's total."""
    logged = {log.item for log in engagement.timelogs}
    if engagement.hours_difference is not None or None in logged:
        return ()
    return [i for i in engagement.items if i.spent_hours and i.ref not in logged and is_work(i, labels)]


def non_billable_refs(items: Iterable[Item], labels: LabelSettings) -> frozenset[str]:
    """References of the items whose hours nobody pays for."""
    return frozenset(item.ref for item in items if meaning_of(item, labels).non_billable)


def is_billable(log: TimeLog, non_billable: frozenset[str]) -> bool:
    return log.billable and log.item not in non_billable


def daily_pace(logs: Sequence[TimeLog], start: date | None, day: date, calendar: WorkCalendar) -> float | None:
    """Mean hours a working day over the last 8 weeks up to `day`; of a younger engagement, since it began."""
    first_log = min((log.spent_at for log in logs), default=None)
    begin = min((d for d in (start, first_log) if d), default=None)
    if begin is None:
        return None
    window = max(begin, day - timedelta(weeks=PACE_WEEKS, days=-1))
    days = calendar.working_days_between(window - timedelta(days=1), day)
    hours = math.fsum(log.hours for log in logs if window <= log.spent_at <= day)
    return hours / days if days > 0 else None


def run_out_date(
    logs: Sequence[TimeLog], budget: float, spent: float, pace: float | None, day: date, calendar: WorkCalendar
) -> date | None:
    """The day on which the hours spent reach `budget` at `pace` hours a working day; when it is past, the day they did."""
    if spent >= budget:
        return _reached_on(logs, budget, spent)
    if not pace or pace <= 0:
        return None
    days = math.ceil((budget - spent) / pace - 1e-9)
    return calendar.add_working_days(day, days) if days <= HORIZON_DAYS else None


def _reached_on(logs: Sequence[TimeLog], budget: float, spent: float) -> date | None:
    """Hours without a log have no day: they count as spent before all others."""
    total = spent - math.fsum(log.hours for log in logs)
    for log in sorted(logs, key=lambda log: log.spent_at):
        total += log.hours
        if total >= budget - 1e-9:
            return log.spent_at
    return None
