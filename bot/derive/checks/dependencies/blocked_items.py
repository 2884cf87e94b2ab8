"""A blocked item costs its own time and that of everything behind it; somebody has to clear the way."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.decisions.questions import days_late, is_blocked, last_touched, working_days_since
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "blocked_items_days": Threshold(3, "working days", "Blocked items that have not moved for this long are a risk")
}


def find(subject: Subject) -> Iterator[Finding]:
    """Untouched = without any change of the blocked item; GitLab doesn't tell since when it is blocked."""
    found = []
    for item in subject.to_do:
        touched = last_touched(subject, item)
        days = working_days_since(subject, touched) or 0
        if touched and days >= subject.threshold("blocked_items_days") and is_blocked(subject, item):
            found.append((touched, item))
    if found:
        late = any(days_late(subject, item.due_date) for _, item in found)
        yield tell_oldest(
            oldest_first(found),
            Phrase("{n|# item is|# items are} blocked and not moving; {title} since {since}{late}."),
            Phrase("Name who clears each blocker and by when; escalate what is out of the team's hands."),
            Severity.HIGH if late else None,
            late=Phrase("; some are overdue") if late else NOTHING,
        )


RULE = Rule(id="blocked-items", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
