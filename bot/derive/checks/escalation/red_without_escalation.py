"""A red engagement calls for help by definition; without an escalation nobody outside the team is asked to give it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.status import computed_colour
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Colour, Severity


def find(subject: Subject) -> Iterator[Finding]:
    colour = computed_colour(subject)
    if Colour.RED in (colour, subject.derived.status.declared) and not subject.derived.escalations:
        how = Phrase("computed") if colour == Colour.RED else Phrase("declared")
        yield Finding(
            Phrase("The status is red ({how}), and no escalation is open.", how=how),
            (subject.engagement.ref,),
            Phrase(
                "Classify it and open the escalation issue within 24 hours, with owner, path to green and exit criteria."
            ),
        )


RULE = Rule(id="red-without-escalation", severity=Severity.MEDIUM, last=True, find=find)
