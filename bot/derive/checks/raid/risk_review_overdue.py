"""A risk that nobody looked at again is one that grows unseen."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import WORKING, Gate, LifeStage
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import ItemState, Severity


def find(subject: Subject) -> Iterator[Finding]:
    open_ones = [entry for entry in subject.derived.raid if entry.state != ItemState.CLOSED]
    if late := oldest_first((e.review, e) for e in open_ones if e.review and e.review < subject.day):
        yield tell_oldest(
            late,
            Phrase("{n|# RAID entry is|# RAID entries are} past the review date; {title} since {since}."),
            Phrase("Review them with their owners, and set the next date."),
        )


GATE = Gate(
    "raid-reviewed",
    LifeStage.DELIVER,
    WORKING,
    Phrase("RAID entries past their review date: {n}.", n=0),
    asked=lambda s: any(entry.state != ItemState.CLOSED and entry.review for entry in s.derived.raid),
)

RULE = Rule(id="risk-review-overdue", severity=Severity.MEDIUM, gate=GATE, find=find)
