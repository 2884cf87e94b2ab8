"""An open escalation is the customer's first question in every meeting until it is closed by both sides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.results import SEVERITIES
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, quote, word
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
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
        Severity.CRITICAL if worst.severity == Severity.CRITICAL else None,
    )


RULE = Rule(id="escalation-open", severity=Severity.HIGH, phases=EVERY_PHASE, find=find)
