"""A customer less happy than the status is green sees something that our figures do not."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.status import computed_colour
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase, word
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    status = subject.derived.status
    colour = computed_colour(subject)
    mood = _RANKS.get(status.sentiment or "")
    shown = [rank for rank in (_RANKS.get(colour), _RANKS.get(status.declared or "")) if rank is not None]
    if mood is None or not shown or mood <= max(shown):
        return
    yield Finding(
        Phrase(
            "The customer is {mood}, while the status is {colour}{declared}.",
            mood=_MOODS[mood],
            colour=word(colour),
            declared=Phrase(" (declared {colour})", colour=word(status.declared)) if status.declared else NOTHING,
        ),
        (subject.engagement.ref,),
        Phrase("Call the customer's PM; write what is behind it into the RAID log."),
        Severity.HIGH if mood - max(shown) > 1 else None,
    )


_RANKS = {"green": 0, "yellow": 1, "red": 2}
_MOODS = (Phrase("happy"), Phrase("concerned"), Phrase("unhappy"))

RULE = Rule(id="sentiment-worse", severity=Severity.MEDIUM, last=True, find=find)
