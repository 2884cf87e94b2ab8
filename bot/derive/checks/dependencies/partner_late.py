"""What a partner owes us is still ours to deliver; the customer sees one name only."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import days_late
from bot.derive.labels import has_label, label_value
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing, quote
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "partner_late_high_days": Threshold(10, "working days", "Partner work this far past its date is a high risk")
}


def find(subject: Subject) -> Iterator[Finding]:
    label = subject.settings.labels.partner
    late = ((item.due_date, item) for item in subject.to_do if has_label(item.labels, label))
    found = sorted(((due, i.ref, i) for due, i in late if due and due < subject.day), key=lambda entry: entry[:2])
    if not found:
        return
    due, _, oldest = found[0]
    partners = sorted({label_value(item.labels, label) or Phrase("the partner") for *_, item in found}, key=str)
    yield Finding(
        Phrase(
            "{n|# item|# items} of {names} {n|is|are} overdue; {title} since {due}.",
            n=len(found),
            names=listing(partners),
            title=quote(oldest.title),
            due=due,
        ),
        tuple(ref for _, ref, _ in found),
        Phrase("Ask the partner's lead for a date, and plan without them where it is near."),
        Severity.HIGH if days_late(subject, due) >= subject.threshold("partner_late_high_days") else None,
    )


RULE = Rule(id="partner-late", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
