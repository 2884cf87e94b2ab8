"""Time lost waiting for the customer is theirs only if they were told in time, and in writing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.decisions.questions import is_waiting, last_touched, working_days_since
from bot.derive.labels import label_day
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.model import Item
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "waiting_on_customer_days": Threshold(5, "working days", "Waiting for the customer this long is a risk"),
    "waiting_on_customer_high_days": Threshold(10, "working days", "Waiting for the customer this long is a high risk"),
}


def find(subject: Subject) -> Iterator[Finding]:
    """Since the label was set; where that is not known, since the last change."""
    limit, high = subject.threshold("waiting_on_customer_days"), subject.threshold("waiting_on_customer_high_days")
    waiting = oldest_first((_waits_since(subject, item), item) for item in subject.to_do if is_waiting(subject, item))
    found = [(since, item) for since, item in waiting if (working_days_since(subject, since) or 0) >= limit]
    if found:
        yield tell_oldest(
            found,
            Phrase("{n|# item waits|# items wait} for the customer; {title} since {since}."),
            Phrase("Ask the customer's PM for a date, and say in the status what it costs."),
            Severity.HIGH if (working_days_since(subject, found[0][0]) or 0) >= high else None,
        )


def _waits_since(subject: Subject, item: Item) -> date:
    labelled = label_day(item, subject.settings.labels.waiting_customer, subject.calendar)
    return labelled or last_touched(subject, item) or subject.day


RULE = Rule(id="waiting-on-customer", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
