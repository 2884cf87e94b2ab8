"""Who is not booked hard for next week may be working for somebody else by then."""

from __future__ import annotations

from datetime import timedelta

from bot.derive.checks.gate import WORKING, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.derive.subject import Subject
from bot.domain.calendar import Period, week_of
from bot.domain.messages import Phrase
from bot.domain.vocabulary import BookingKind


def _next_week(subject: Subject) -> Period:
    return week_of(subject.day + timedelta(weeks=1))


def _is_booked(subject: Subject) -> bool:
    name = _next_week(subject).name
    return any(b.week == name and b.kind == BookingKind.HARD for b in subject.engagement.bookings)


def _runs_next_week(subject: Subject) -> bool:
    """Asked only where bookings are given, and the SOW runs that long."""
    end = subject.derived.end
    return bool(subject.engagement.bookings and subject.to_do) and not (end and end < _next_week(subject).first)


GATE = Gate(
    "booked-ahead", LifeStage.DELIVER, WORKING, Phrase("Nobody is booked for next week."), asked=_runs_next_week
)

RULE = Rule(id="booked-ahead", severity=None, gate=GATE, find=lacking(_is_booked))
