"""A milestone without a date promises nothing and warns of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import WORKING, Gate, LifeStage, once_planned
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import tell_names
from bot.derive.decisions.questions import in_planning, milestone_due
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity, TimeboxState


def find(subject: Subject) -> Iterator[Finding]:
    if in_planning(subject):
        return
    undated = [m for m in subject.engagement.milestones if milestone_due(subject, m.title) is None]
    if empty := [m for m in undated if m.state != TimeboxState.CLOSED]:
        yield Finding(evidence=tuple(sorted(m.ref for m in empty)), is_risk=False)
    used = {item.milestone for item in subject.to_do if item.milestone}
    yield from tell_names(
        sorted((m.title, (m.ref,)) for m in undated if m.title in used),
        Phrase("{n|# milestone|# milestones} with open work {n|has|have} no due date: {names}."),
        Phrase("Agree a date with the customer and set it."),
    )


def _has_open(subject: Subject) -> bool:
    return once_planned(subject) and any(m.state != TimeboxState.CLOSED for m in subject.engagement.milestones)


GATE = Gate(
    "milestones-dated",
    LifeStage.PLAN,
    WORKING,
    Phrase("Open milestones without a due date: {n}.", n=0),
    asked=_has_open,
)

RULE = Rule(id="milestone-undated", severity=Severity.LOW, gate=GATE, find=find)
