"""Time lost waiting for the customer is theirs only if they were told in time, and in writing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.labels import label_day
from bot.derive.phrases import count, quote, verb
from bot.derive.questions import is_waiting, last_touched, working_days_since
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject
from bot.model import Item

ID = "waiting-on-customer"
SEVERITY = "medium"
THRESHOLDS = {
    "waiting_on_customer_days": Threshold(5, "working days", "Waiting for the customer this long is a risk"),
    "waiting_on_customer_high_days": Threshold(10, "working days", "Waiting for the customer this long is a high risk"),
}


def find_waiting_on_customer(subject: Subject) -> Iterator[Finding]:
    waiting = sorted(
        ((_days_waiting(subject, item), item) for item in subject.to_do if is_waiting(subject, item)),
        key=lambda pair: (-pair[0], pair[1].ref),
    )
    found = [pair for pair in waiting if pair[0] >= subject.threshold("waiting_on_customer_days")]
    if not found:
        return
    days, oldest = found[0]
    yield Finding(
        f"{count(len(found), 'item')} {verb(len(found), 'waits', 'wait')} for the customer; {quote(oldest.title)} for "
        f"{count(days, 'working day')}.",
        tuple(item.ref for _, item in found),
        "Ask the customer's PM for a date, and say in the status what it costs.",
        "high" if days >= subject.threshold("waiting_on_customer_high_days") else None,
    )


def _days_waiting(subject: Subject, item: Item) -> int:
    """Working days since the label was set; where that is not known, since the last change."""
    since = label_day(item, subject.settings.labels.waiting_customer, subject.calendar) or last_touched(subject, item)
    return max(0, working_days_since(subject, since) or 0)
