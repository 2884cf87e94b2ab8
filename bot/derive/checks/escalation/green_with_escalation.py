"""Green with an open escalation says to the customer that we do not take it seriously."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Colour, Severity


def find(subject: Subject) -> Iterator[Finding]:
    if subject.derived.status.declared == Colour.GREEN and subject.derived.escalations:
        found = sorted(e.ref for e in subject.derived.escalations)
        yield Finding(
            Phrase("The status is declared green while {n|# escalation is|# escalations are} open.", n=len(found)),
            tuple(found),
            Phrase("Declare at least yellow until the customer agrees that the escalation is over."),
        )


RULE = Rule(id="green-with-escalation", severity=Severity.HIGH, find=find)
