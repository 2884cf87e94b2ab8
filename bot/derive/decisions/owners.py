"""Who acts on a risk: of the register, who holds it; of work, its assignee; of all that a manager does, the PM."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.derive.decisions.questions import owner_of
from bot.derive.results import Risk
from bot.derive.subject import Subject

OF_THE_WORK: Final = frozenset(
    {
        "overdue-items",
        "blocked-items",
        "blocked-by-closed",
        "stale-items",
        "estimate-overrun",
        "raid-overdue",
        "raid-incomplete",
    }
)
"""Rules whose action is done on the item itself, by whoever has it."""


def with_owner(subject: Subject, risk: Risk) -> Risk:
    if risk.owner or (risk.source == "derived" and risk.rule not in OF_THE_WORK):
        return risk if risk.owner else replace(risk, owner=owner_of(subject))
    return replace(risk, owner=assignee_of(subject, risk.evidence) or owner_of(subject))


def assignee_of(subject: Subject, refs: tuple[str, ...]) -> str | None:
    """The first assignee of the first of these items that has one."""
    items = subject.own_items
    return next((items[ref].assignees[0] for ref in refs if ref in items and items[ref].assignees), None)
