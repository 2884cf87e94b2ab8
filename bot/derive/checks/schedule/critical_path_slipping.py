"""On the critical path a day lost is a day later for the whole engagement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.decisions.questions import due_day
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.model import Item
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "critical_path_slipping_days": Threshold(
        1, "working days", "An item of the critical path behind plan by this much is a risk"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    path = subject.derived.schedule.critical_path
    items = [item for ref in path if (item := subject.own_items.get(ref)) and item.is_open]
    planned = ((_planned(subject, item), item) for item in items)
    if found := oldest_first((day, item) for day, item in planned if day and _is_behind(subject, item, day)):
        yield tell_oldest(
            found,
            Phrase("{n} {of} on the critical path {n|is|are} behind plan; {title} was planned for {since}."),
            Phrase("Put the best help there first; move work off the path where it can run beside it."),
            of=Phrase("of {n|# item|# items}", n=len(path)),
        )


def _planned(subject: Subject, item: Item) -> date | None:
    """The planned finish: the first due date, else the plan's, else the milestone's."""
    return item.first_due or subject.derived.schedule.planned.get(item.ref) or due_day(subject, item)


def _is_behind(subject: Subject, item: Item, planned: date) -> bool:
    """Whether the due date, or today, is so many working days after the planned day."""
    now = max(due_day(subject, item) or planned, subject.day)
    return subject.calendar.working_days_between(planned, now) >= subject.threshold("critical_path_slipping_days")


RULE = Rule(id="critical-path-slipping", severity=Severity.HIGH, thresholds=THRESHOLDS, find=find)
