"""A stage of the derivation: a name to tell its failure by, and a function that finds more of what is derived."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.derive.results import EngagementDerived
from bot.derive.subject import Subject, evolve
from bot.domain.bulkhead import contained
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text


@frozen
class Stage:
    """`derive` returns what stood in `subject.derived` with more known: a field that is none is an error of types."""

    name: str
    derive: Callable[[Subject], EngagementDerived]

    def after(self, subject: Subject) -> Subject:
        """The subject of the next stage."""
        return subject.advance(self.derive(subject))


def run_stages(subject: Subject, stages: Iterable[Stage]) -> Subject:
    """The subject after all of them; a stage that fails is told in the subject's errors, and the next goes on."""
    for stage in stages:
        subject = _contained(stage, subject)
    return subject


def _contained(stage: Stage, subject: Subject) -> Subject:
    troubles: list[Text] = []
    found = contained(
        lambda: stage.after(subject),
        lambda why: troubles.append(Phrase("{stage} could not be derived: {error}", stage=stage.name, error=why)),
        subject,
        fatal=(),
    )
    if not troubles:
        return found
    return found.advance(evolve(found.derived, errors=(*found.derived.errors, *troubles)))
