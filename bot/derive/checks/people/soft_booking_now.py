"""A soft booking in weeks that are already here is time nobody is bound to give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import in_planning, week_of_booking
from bot.derive.subject import Subject
from bot.domain.calendar import month_of, week_of
from bot.domain.messages import Phrase, hours, listing
from bot.domain.model import Booking
from bot.domain.vocabulary import BookingKind, Phase, Severity


def find(subject: Subject) -> Iterator[Finding]:
    """No soft bookings in the current month once work has begun (GitLab PS's forecasting rules)."""
    if subject.derived.phase != Phase.ACTIVE or in_planning(subject):
        return
    last = month_of(subject.day).last
    found = [b for b in subject.engagement.bookings if b.kind == BookingKind.SOFT and _is_now(b, subject.day, last)]
    total = sum(sorted(b.hours for b in found))
    if total:
        yield Finding(
            Phrase(
                "{hours} of {names} until {last} are booked soft only.",
                hours=hours(total),
                names=listing(sorted({b.user for b in found})),
                last=last,
            ),
            (subject.engagement.ref,),
            Phrase("Book them hard, or take them out of this month's forecast."),
        )


def _is_now(booking: Booking, day: date, last: date) -> bool:
    """Whether the week begins not before this one and not after the month's end."""
    week = week_of_booking(booking)
    return week is not None and week_of(day).first <= week.first <= last


RULE = Rule(id="soft-booking-now", severity=Severity.LOW, find=find)
