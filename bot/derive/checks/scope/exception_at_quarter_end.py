"""A work exception open at the end of a quarter keeps its hours out of the books; it must be closed by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import Threshold
from bot.derive.checks.rule import Finding
from bot.derive.decisions.questions import days_left_in_quarter, open_exceptions
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.model import Item

ID = "exception-at-quarter-end"
SEVERITY = "medium"
THEME = "scope"
PHASES = ("not_started", "active", "complete")
THRESHOLDS = {
    "exception_at_quarter_end_days": Threshold(
        10, "working days", "Before the end of a quarter: tell of open work exceptions"
    ),
}


def find_exception_at_quarter_end(subject: Subject) -> Iterator[Finding]:
    left = days_left_in_quarter(subject)
    quarter = subject.calendar.fiscal_quarter(subject.day)
    ending = left <= subject.threshold("exception_at_quarter_end_days")
    found = [item for item in open_exceptions(subject) if ending or _is_older(subject, item, quarter.first)]
    if found:
        yield Finding(
            Phrase(
                "{n|# work exception is|# work exceptions are} open, and {quarter} ends on {last}.",
                n=len(found),
                quarter=quarter.name,
                last=quarter.last,
            ),
            tuple(item.ref for item in found),
            Phrase("Get the decision, record the reason label and close the issue before the quarter ends."),
            "high" if any(_is_older(subject, item, quarter.first) for item in found) else None,
        )


def _is_older(subject: Subject, item: Item, first: date) -> bool:
    """Whether it was already open when this quarter began."""
    return item.created_at is not None and subject.calendar.local_day(item.created_at) < first
