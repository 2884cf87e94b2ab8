"""Green that nobody answers for is green that nobody checked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import owner_of
from bot.derive.decisions.status import computed_colour
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Colour, Severity


def find(subject: Subject) -> Iterator[Finding]:
    status = subject.derived.status
    if Colour.GREEN in (status.declared, computed_colour(subject)) and owner_of(subject) is None:
        yield Finding(
            Phrase("The status is green, but the engagement has neither a PM nor an assignee."),
            (subject.engagement.ref,),
            Phrase("Name the PM (`pm:` in the facts) or assign the engagement."),
        )


RULE = Rule(id="green-without-owner", severity=Severity.MEDIUM, last=True, find=find)
