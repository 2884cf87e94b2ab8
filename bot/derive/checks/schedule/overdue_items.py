"""Work past its due date is the first sign of a slip: every day unnoticed is a day less to react."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import WORKING, Gate, Stage
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import days_late
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, quote
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "overdue_items_high_days": Threshold(
        10, "working days", "An item this far past its date makes overdue items a high risk"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    late = sorted(
        ((item.due_date, item.ref, item) for item in subject.to_do if item.due_date and item.due_date < subject.day),
        key=lambda entry: entry[:2],
    )
    if not late:
        return
    due, _, oldest = late[0]
    yield Finding(
        Phrase(
            "{n} {of} {n|is|are} overdue; {title} since {due}.",
            n=len(late),
            of=Phrase("of {n|# open item|# open items}", n=len(subject.to_do)),
            title=quote(oldest.title),
            due=due,
        ),
        tuple(ref for _, ref, _ in late),
        Phrase("Close what is done; agree a new date and its reason for the rest."),
        Severity.HIGH if days_late(subject, due) >= subject.threshold("overdue_items_high_days") else None,
    )


GATE = Gate(
    "nothing-overdue",
    Stage.DELIVER,
    WORKING,
    Phrase("Overdue items: {n}.", n=0),
    among=lambda s: [item for item in s.to_do if item.due_date],
)

RULE = Rule(id="overdue-items", severity=Severity.MEDIUM, thresholds=THRESHOLDS, gate=GATE, find=find)
