"""When one person holds most of the open work, one illness or one other project stops everything."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Percent, Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "single_person_share": Threshold(0.6, "ratio", "Share of the open work in one hand that is a risk"),
    "single_person_items": Threshold(5, "items", "Fewer assigned open items than this say nothing"),
}


def find(subject: Subject) -> Iterator[Finding]:
    """By value (hours or weights where there are any); a team that always was one person is a low risk only."""
    held = _value_by_person(subject)
    total = sum(held.values())
    assigned = [item for item in subject.to_do if item.assignees]
    if not total or len(assigned) < subject.threshold("single_person_items"):
        return
    person = min(held, key=lambda name: (-held[name], name))
    share = held[person] / total
    if share >= subject.threshold("single_person_share"):
        theirs = [item for item in assigned if person in item.assignees]
        team = {name for item in subject.work for name in item.assignees}
        yield Finding(
            Phrase(
                "{person} holds {share} of the open work ({n} of {total|# assigned item|# assigned items}).",
                person=person,
                share=Percent(share),
                n=len(theirs),
                total=len(assigned),
            ),
            tuple(item.ref for item in theirs),
            Phrase("Pair a second person with the work that matters most, and spread the rest."),
            None if len(team) > 1 else Severity.LOW,
        )


def _value_by_person(subject: Subject) -> dict[str, float]:
    """Open value by assignee; several assignees share an item evenly."""
    values = subject.derived.progress.values
    held: dict[str, float] = {}
    for item in subject.to_do:
        for person in item.assignees:
            held[person] = held.get(person, 0.0) + values.get(item.ref, 1.0) / len(item.assignees)
    return held


RULE = Rule(id="single-person", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
