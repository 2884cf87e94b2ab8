"""Who acts on a risk: of the register, who holds it; of work, its assignee; of all that a manager does, the PM."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.derive.decisions.questions import owner_of
from bot.derive.results import Risk
from bot.derive.subject import Subject
from bot.domain.vocabulary import RiskSource

OF_THE_WORK: Final = frozenset({"overdue-items", "blocked-by-closed", "estimate-overrun"})
"""Rules whose action is done on the item itself, by whoever has it. Asking, naming and reviewing is the PM's."""


def with_owner(subject: Subject, risk: Risk) -> Risk:
    if risk.owner:
        return risk
    if risk.source != RiskSource.DERIVED:
        return replace(risk, owner=assignee_of(subject, risk.evidence) or owner_of(subject))
    only = _only_assignee(subject, risk.evidence) if risk.rule in OF_THE_WORK else None
    return replace(risk, owner=only or owner_of(subject))


def _only_assignee(subject: Subject, refs: tuple[str, ...]) -> str | None:
    """Whoever has all of these items; of several people's work nobody but the PM can answer for all."""
    people = {assignee_of(subject, (ref,)) for ref in refs}
    return people.pop() if len(people) == 1 else None


def assignee_of(subject: Subject, refs: tuple[str, ...]) -> str | None:
    """The first assignee of the first of these items that has one."""
    items = subject.own_items
    return next((items[ref].assignees[0] for ref in refs if ref in items and items[ref].assignees), None)
