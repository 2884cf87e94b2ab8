"""Work that is all done keeps costing until the engagement is closed: bookings, meetings, status reports."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import ItemState, Severity

THRESHOLDS = {
    "finished_not_closed_days": Threshold(10, "working days", "So long may an engagement stay open after its last work")
}


def find(subject: Subject) -> Iterator[Finding]:
    closed = [item.closed_at for item in subject.work if item.closed_at]
    if subject.engagement.state == ItemState.CLOSED or not closed or any(item.is_open for item in subject.work):
        return
    last = subject.calendar.local_day(max(closed))
    if subject.calendar.working_days_between(last, subject.day) >= subject.threshold("finished_not_closed_days"):
        yield Finding(
            Phrase("All work has been done since {last}, but the engagement is still open.", last=last),
            (subject.engagement.ref,),
            Phrase(
                "Hold the retrospective, send the survey, get the sign-off and close it; or add the work that is missing."
            ),
        )


RULE = Rule(id="finished-not-closed", severity=Severity.LOW, phases=EVERY_PHASE, thresholds=THRESHOLDS, find=find)
