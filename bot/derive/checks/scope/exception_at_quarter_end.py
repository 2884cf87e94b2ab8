"""A work exception open at the end of a quarter keeps its hours out of the books; it must be closed by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import Threshold
from bot.derive.checks.gate import CLOSING, Gate, LifeStage
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.decisions.questions import days_left_in_quarter, open_exceptions
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, Value
from bot.domain.model import Item
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "exception_at_quarter_end_days": Threshold(
        10, "working days", "Before the end of a quarter: tell of open work exceptions"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    left = days_left_in_quarter(subject)
    quarter = subject.calendar.fiscal_quarter(subject.day)
    ending = left <= subject.threshold("exception_at_quarter_end_days")
    exceptions = open_exceptions(subject)
    if exceptions:
        yield Finding(evidence=tuple(item.ref for item in exceptions), is_risk=False)
    older = any(_is_older(subject, item, quarter.first) for item in exceptions)
    found = [item for item in exceptions if ending or _is_older(subject, item, quarter.first)]
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
            Severity.HIGH if older else None,
            hint=_hint(older, n=len(found), quarter=quarter.name, last=quarter.last),
        )


def _is_older(subject: Subject, item: Item, first: date) -> bool:
    """Whether it was already open when this quarter began."""
    return item.created_at is not None and subject.calendar.local_day(item.created_at) < first


def _hint(older: bool, **values: Value) -> Phrase:
    if older:
        return Phrase(
            "{n|A work exception is|# work exceptions are} open from an earlier quarter: close {n|it|them} at quarter end.",
            n=values["n"],
        )
    return Phrase(
        "{n|A work exception is|# work exceptions are} open and {quarter} ends {last}: close {n|it|them} at quarter end.",
        **values,
    )


GATE = Gate("exceptions-closed", LifeStage.CLOSE, CLOSING, Phrase("Work exceptions still open: {n}.", n=0))

RULE = Rule(
    id="exception-at-quarter-end",
    severity=Severity.MEDIUM,
    phases=EVERY_PHASE,
    thresholds=THRESHOLDS,
    gate=GATE,
    find=find,
)
