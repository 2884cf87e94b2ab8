"""A SOW that runs while nobody works eats its own calendar: the end date does not move by itself."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import working_days_since
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "not_started_days": Threshold(10, "working days", "So long after its start an engagement should show work")
}


def find(subject: Subject) -> Iterator[Finding]:
    start = subject.engagement.facts.start
    days = working_days_since(subject, start)
    if days is None or days < subject.threshold("not_started_days") or subject.derived.progress.items_done:
        return
    if subject.engagement.timelogs or any(not item.is_open or item.spent_hours for item in subject.work):
        return
    yield Finding(
        Phrase("The SOW began on {start}; no item is closed and no hour logged since.", start=start),
        (subject.engagement.ref,),
        Phrase("Hold the kickoff, or agree a new start with the customer and move the bookings."),
    )


RULE = Rule(id="not-started", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
