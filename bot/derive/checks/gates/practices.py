"""Practices that not every organisation has: a gate asks for one only where somebody uses it, or where it is switched on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from bot.config import LabelSettings
from bot.derive.checks.gates.gate import Refs
from bot.derive.labels import has_label, meaning_of
from bot.derive.subject import Subject
from bot.domain.model import Engagement, Item

ITERATIONS, LESSONS, RETROSPECTIVES, SURVEYS, APPROVALS = (
    "iterations",
    "lessons",
    "retrospectives",
    "surveys",
    "approvals",
)
_SIGNS: Final[Mapping[str, Callable[[Item, LabelSettings], bool]]] = MappingProxyType(
    {
        ITERATIONS: lambda item, labels: bool(item.iteration),
        LESSONS: lambda item, labels: any(label.startswith(labels.lesson) for label in item.labels),
        RETROSPECTIVES: lambda item, labels: has_label(item.labels, labels.retro_complete),
        SURVEYS: lambda item, labels: has_label(item.labels, labels.csat),
        APPROVALS: lambda item, labels: meaning_of(item, labels).exception,
    }
)


def find_practices(engagements: Iterable[Engagement], labels: LabelSettings) -> frozenset[str]:
    """The practices of which some engagement, open or closed, shows a sign."""
    found: set[str] = set()
    for engagement in engagements:
        root = Item(engagement.ref, engagement.title, labels=engagement.labels)
        for item in (root, *engagement.items):
            found |= {name for name, sign in _SIGNS.items() if name not in found and sign(item, labels)}
    return frozenset(found)


def where_practised(name: str, test: Callable[[Subject], Refs]) -> Callable[[Subject], Refs]:
    """The gate's test where the practice is one of this organisation's; where that is not known, it is asked for."""

    def asked(subject: Subject) -> Refs:
        known = subject.practices
        if known is None or name in known or subject.threshold("expect_practices"):
            return test(subject)
        return None

    return asked
