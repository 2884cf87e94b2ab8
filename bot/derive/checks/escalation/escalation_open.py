"""An open escalation is the customer's first question in every meeting until it is closed by both sides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.derive.checks.rule import Finding
from bot.derive.results import SEVERITIES
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, quote, word

ID = "escalation-open"
SEVERITY = "high"
THEME = "escalation"
PHASES = ("not_started", "active", "complete")


def find_escalation_open(subject: Subject) -> Iterator[Finding]:
    found = subject.derived.escalations
    if not found:
        return
    worst = max(found, key=lambda e: (SEVERITIES.index(e.severity), e.age_days, e.ref))
    yield Finding(
        Phrase(
            "{n|# escalation is|# escalations are} open; {title} ({severity}) since {since}.",
            n=len(found),
            title=quote(worst.title),
            severity=word(worst.severity),
            since=subject.day - timedelta(days=worst.age_days),
        ),
        (worst.ref, *sorted(e.ref for e in found)),
        Phrase("Keep the path to green and its owner current until the customer agrees to close it."),
        "critical" if worst.severity == "critical" else None,
    )
