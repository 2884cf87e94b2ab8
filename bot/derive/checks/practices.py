"""Practices that not every organisation has: a gate asks for one only where somebody uses it, or where it is switched on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from bot.config import LabelSettings
from bot.derive.labels import has_label, meaning_of
from bot.domain.model import Engagement, Item


class Practice(StrEnum):
    """What an organisation may do or not do."""

    ITERATIONS = "iterations"
    LESSONS = "lessons"
    RETROSPECTIVES = "retrospectives"
    SURVEYS = "surveys"
    APPROVALS = "approvals"


_SIGNS: Final[Mapping[Practice, Callable[[Item, LabelSettings], bool]]] = MappingProxyType(
    {
        Practice.ITERATIONS: lambda item, labels: bool(item.iteration),
        Practice.LESSONS: lambda item, labels: any(label.startswith(labels.lesson) for label in item.labels),
        Practice.RETROSPECTIVES: lambda item, labels: has_label(item.labels, labels.retro_complete),
        Practice.SURVEYS: lambda item, labels: has_label(item.labels, labels.csat),
        Practice.APPROVALS: lambda item, labels: meaning_of(item, labels).exception,
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
