"""What people answered: PM notes and replies in the thread of a status note, carried up into the next roll-up."""

from __future__ import annotations

from datetime import date

from bot.domain.calendar import Period, month_named, week_named
from bot.domain.frozen import frozen
from bot.domain.model import PastReport
from bot.report.context import ReportContext
from bot.report.text.safe_text import clean

MOST_CHARACTERS = 400


@frozen
class Voice:
    """One thing that a person wrote: who (None: in the PM notes), when, and where it stands."""

    text: str
    author: str | None = None
    on: date | None = None
    url: str = ""


def voices(
    context: ReportContext, ref: str | None, span: Period, kinds: tuple[str, ...] = ("status",)
) -> tuple[Voice, ...]:
    """PM notes of reports whose period touches `span`, and replies written within it, oldest first."""
    found: list[Voice] = []
    for kind in kinds:
        for report in context.past_of(kind, ref):
            found += _notes(report, span)
            found += _replies(context, report, span)
    return tuple({(voice.author, voice.on, voice.text): voice for voice in found}.values())


def _notes(report: PastReport, span: Period) -> list[Voice]:
    text = clean(report.pm_notes, MOST_CHARACTERS)
    return [Voice(text, url=report.url)] if text and _touches(report.period, span) else []


def _replies(context: ReportContext, report: PastReport, span: Period) -> list[Voice]:
    days = [(context.calendar.local_day(reply.created_at), reply) for reply in report.replies]
    return [
        Voice(clean(reply.body, MOST_CHARACTERS), reply.author, day, report.url)
        for day, reply in sorted(days, key=lambda pair: pair[1].created_at)
        if day in span and any(c.isalnum() for c in reply.body)
    ]


def _touches(name: str, span: Period) -> bool:
    """Whether a week or month ends in `span`: each counts once, in the roll-up of its last day."""
    for parse in (week_named, month_named):
        try:
            return parse(name).last in span
        except ValueError:
            continue
    return False
