"""Work that is due soon and that nobody owns will not be done in time."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import on_open_work
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import due_day
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, Value, quote
from bot.domain.vocabulary import Severity

THRESHOLDS = {"unassigned_work_days": Threshold(5, "working days", "Unassigned work due within this time is a risk")}


def find(subject: Subject) -> Iterator[Finding]:
    limit = subject.calendar.add_working_days(subject.day, int(subject.threshold("unassigned_work_days")))
    unassigned = [item for item in subject.to_do if not item.assignees]
    if unassigned:
        yield Finding(evidence=tuple(item.ref for item in unassigned), is_risk=False)
    dated = ((due_day(subject, item), item) for item in unassigned)
    found = sorted(
        ((due, item) for due, item in dated if due and due <= limit), key=lambda pair: (pair[0], pair[1].ref)
    )
    if not found:
        return
    due, first = found[0]
    yield Finding(
        _tell(due < subject.day, n=len(found), title=quote(first.title), due=due),
        tuple(item.ref for _, item in found),
        Phrase("Assign each to one person."),
    )


def _tell(overdue: bool, **values: Value) -> Phrase:
    if overdue:
        return Phrase(
            "{n|# item due soon or overdue has|# items due soon or overdue have} no assignee; the first, {title}, was due {due}.",
            **values,
        )
    return Phrase(
        "{n|# item due soon or overdue has|# items due soon or overdue have} no assignee; the first, {title}, is due {due}.",
        **values,
    )


GATE = on_open_work("work-owned", Phrase("Open items without an assignee: {n}.", n=0))

RULE = Rule(id="unassigned-work", severity=Severity.MEDIUM, thresholds=THRESHOLDS, gate=GATE, find=find)
