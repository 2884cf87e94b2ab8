"""The declared reports' schedules, put to derive's question which of them are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.config import Settings
from bot.derive.decisions import due
from bot.derive.decisions.due import Cycle, Due, ReportSchedule
from bot.domain.calendar import WorkCalendar
from bot.domain.model import PastReport
from bot.report.registry import all_reports


def schedules() -> dict[str, ReportSchedule]:
    """By kind, in the order in which reports are made."""
    return {
        r.kind: ReportSchedule(r.rhythm, r.section or r.kind, not r.is_published, r.occasion, r.is_asked)
        for r in all_reports()
    }


def reports_due(
    settings: Settings, calendar: WorkCalendar, day: date, past: Sequence[PastReport] = ()
) -> tuple[Due, ...]:
    return due.reports_due(schedules(), settings, calendar, day, past)


def forced(settings: Settings, calendar: WorkCalendar, kind: str, period: str | None, day: date) -> Due:
    return due.forced(schedules(), settings, calendar, kind, period, day)


def coming(settings: Settings, calendar: WorkCalendar, day: date, ahead: int = 10) -> list[tuple[str, date]]:
    return due.coming(schedules(), settings, calendar, day, ahead)


def cycle_of(kind: str, settings: Settings, calendar: WorkCalendar) -> Cycle | None:
    return due.cycle_of(schedules(), kind, settings, calendar)
