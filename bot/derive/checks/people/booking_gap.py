"""Work that is planned but not booked is done by people whom another engagement will take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import sow_end
from bot.derive.subject import Subject
from bot.domain.calendar import week_of
from bot.domain.messages import Phrase, items, listing
from bot.domain.vocabulary import BookingKind, Severity

THRESHOLDS = {
    "booking_gap_weeks": Threshold(8, "weeks", "How far ahead hard bookings are wanted"),
    "booking_gap_empty_weeks": Threshold(2, "weeks", "So many weeks without a hard booking are a risk"),
}


def find(subject: Subject) -> Iterator[Finding]:
    """Hard bookings are wanted two months ahead; said only where bookings are given at all."""
    bookings = subject.engagement.bookings
    likely = subject.derived.forecast.finish.p50
    finish = likely if isinstance(likely, date) else sow_end(subject)
    if not bookings or not subject.to_do or finish is None:
        return
    horizon = min(finish, subject.day + timedelta(weeks=int(subject.threshold("booking_gap_weeks"))))
    booked = {b.week for b in bookings if b.kind == BookingKind.HARD and b.hours > 0}
    first = week_of(subject.day).first + timedelta(weeks=1)
    weeks = [week_of(first + timedelta(weeks=n)) for n in range(max(0, (horizon - first).days // 7 + 1))]
    empty = [
        week.name
        for week in weeks
        if week.name not in booked and subject.calendar.hours_available(week.first, week.last)
    ]
    if len(empty) >= subject.threshold("booking_gap_empty_weeks"):
        yield Finding(
            Phrase(
                "Nobody is booked in {n} {of} ({names}), with {items} open.",
                n=len(empty),
                of=Phrase("of the next {n|# week|# weeks}", n=len(weeks)),
                names=listing(empty),
                items=items(len(subject.to_do)),
            ),
            (subject.engagement.ref,),
            Phrase("Book the people, or say in the forecast that the work pauses."),
        )


RULE = Rule(id="booking-gap", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
