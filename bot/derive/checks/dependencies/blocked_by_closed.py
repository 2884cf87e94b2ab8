"""Work whose blockers are all done can go on; often nobody has told the person who waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.decisions.questions import last_touched, working_days_since
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.model import Item
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "blocked_by_closed_days": Threshold(
        2, "working days", "Work that is free again, but untouched for this long, is reported"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    found = []
    for item in subject.to_do:
        freed, touched = _freed_on(subject, item), last_touched(subject, item)
        days = working_days_since(subject, freed) or 0
        if freed and days >= subject.threshold("blocked_by_closed_days") and (not touched or touched <= freed):
            found.append((freed, item))
    if found:
        yield tell_oldest(
            oldest_first(found),
            Phrase("{n|# item|# items} could go on, for the blockers are closed; {title} since {since}."),
            Phrase("Tell the assignees that the way is free, or remove the links."),
        )


def _freed_on(subject: Subject, item: Item) -> date | None:
    """The day on which the last of the item's blockers closed; None when one is open or not known."""
    days = []
    for ref in item.blocked_by:
        blocker = subject.known_item(ref)
        if blocker is None or blocker.is_open or blocker.closed_at is None:
            return None
        days.append(subject.calendar.local_day(blocker.closed_at))
    return max(days, default=None)


RULE = Rule(id="blocked-by-closed", severity=Severity.LOW, thresholds=THRESHOLDS, find=find)
