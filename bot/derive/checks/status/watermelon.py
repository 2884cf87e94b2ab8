"""Green outside, red inside: whoever trusts the declared status learns the truth too late to help."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import axes_of
from bot.derive.decisions.status import computed_colour
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Clause, Phrase, listing, word
from bot.domain.vocabulary import Colour, Severity


def find(subject: Subject) -> Iterator[Finding]:
    status = subject.derived.status
    if status.declared == Colour.GREEN and computed_colour(subject) == Colour.RED:
        red = [(name, axis) for name, axis in axes_of(status) if axis.rag == Colour.RED]
        reasons = [reason for _, axis in red for reason in axis.reasons]
        axes = Phrase(" ({axes})", axes=listing([word(name) for name, _ in red])) if red else NOTHING
        because = Phrase(": {reason}", reason=Clause(reasons[0].text)) if reasons else NOTHING
        yield Finding(
            Phrase("The status is declared green, but computed red{axes}{because}.", axes=axes, because=because),
            tuple(ref for reason in reasons for ref in reason.evidence),
            Phrase("Declare what is, with its reason and the way out; or correct the data that say otherwise."),
        )


RULE = Rule(id="watermelon", severity=Severity.HIGH, last=True, find=find)
