"""A declared status one shade better than the evidence is how surprises begin."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import axes_of
from bot.derive.decisions.status import computed_colour
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Clause, Phrase, word
from bot.domain.vocabulary import Colour, Severity


def find(subject: Subject) -> Iterator[Finding]:
    status = subject.derived.status
    colour = computed_colour(subject)
    if (status.declared, colour) in ((Colour.GREEN, Colour.YELLOW), (Colour.YELLOW, Colour.RED)):
        reasons = [reason for _, axis in axes_of(status) if axis.rag == colour for reason in axis.reasons]
        because = Phrase(": {reason}", reason=Clause(reasons[0].text)) if reasons else NOTHING
        yield Finding(
            Phrase(
                "The status is declared {declared}, but computed {colour}{because}.",
                declared=word(status.declared),
                colour=word(colour),
                because=because,
            ),
            tuple(ref for reason in reasons for ref in reason.evidence),
            Phrase("Say why it is better than it looks, or declare what is."),
            Severity.MEDIUM if colour == Colour.RED else None,
        )


RULE = Rule(id="declared-too-good", severity=Severity.LOW, last=True, find=find)
