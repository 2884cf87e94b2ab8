"""A risk that nobody looked at again is one that grows unseen."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.phrases import count, quote, verb
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "risk-review-overdue"
SEVERITY = "medium"


def find_risk_review_overdue(subject: Subject) -> Iterator[Finding]:
    found = sorted(
        (entry.review, entry.ref, entry.title)
        for entry in subject.derived.raid
        if entry.state != "closed" and entry.review and entry.review < subject.day
    )
    if found:
        review, _, title = found[0]
        yield Finding(
            f"{count(len(found), 'RAID entry', 'RAID entries')} {verb(len(found), 'is', 'are')} past the review date; "
            f"{quote(title)} since {review}.",
            tuple(ref for _, ref, _ in found),
            "Review them with their owners, and set the next date.",
        )
