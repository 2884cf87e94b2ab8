"""Work past its due date is the first sign of a slip: every day unnoticed is a day less to react."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import WORKING, Gate, LifeStage
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.decisions.questions import days_late
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "overdue_items_high_days": Threshold(
        10, "working days", "An item this far past its date makes overdue items a high risk"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    late = oldest_first(
        (item.due_date, item) for item in subject.to_do if item.due_date and item.due_date < subject.day
    )
    if late:
        is_long = days_late(subject, late[0][0]) >= subject.threshold("overdue_items_high_days")
        yield tell_oldest(
            late,
            Phrase("{n} {of} {n|is|are} overdue; {title} since {since}."),
            Phrase("Close what is done; agree a new date and its reason for the rest."),
            Severity.HIGH if is_long else None,
            of=Phrase("of {n|# open item|# open items}", n=len(subject.to_do)),
        )


GATE = Gate(
    "nothing-overdue",
    LifeStage.DELIVER,
    WORKING,
    Phrase("Overdue items: {n}.", n=0),
    among=lambda s: [item for item in s.to_do if item.due_date],
)

RULE = Rule(id="overdue-items", severity=Severity.MEDIUM, thresholds=THRESHOLDS, gate=GATE, find=find)
