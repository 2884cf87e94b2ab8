"""When people declare worse than the evidence shows, they know something that is not in GitLab yet."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.status import computed_colour
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, word
from bot.domain.vocabulary import Colour, Severity


def find(subject: Subject) -> Iterator[Finding]:
    status = subject.derived.status
    if status.declared in (Colour.YELLOW, Colour.RED) and computed_colour(subject) == Colour.GREEN:
        yield Finding(
            Phrase(
                "The status is declared {declared}, but nothing in GitLab shows it: computed green.",
                declared=word(status.declared),
            ),
            (subject.engagement.ref,),
            Phrase("Write the reason into the RAID log, so that it has an owner and a date."),
        )


RULE = Rule(id="declared-too-bad", severity=Severity.LOW, last=True, find=find)
