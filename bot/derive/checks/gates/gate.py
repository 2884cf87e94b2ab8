"""What a gate is: an id, the phases in which it is asked, a sentence for when it fails, and a small test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.derive.subject import Subject
from bot.domain.calendar import add_months
from bot.domain.messages import Phrase
from bot.domain.model import Item

Refs = tuple[str, ...] | None
"""What fails the gate: references; none = passed; None = the gate does not apply."""
EVERY_PHASE = ("not_started", "active", "complete")
WORKING = ("active",)
WORKED = ("active", "complete")
CLOSING = ("complete",)


@dataclass(frozen=True)
class Gate:
    """`message` may tell the number of references: its place `n` is filled anew for each engagement."""

    check: str
    phases: tuple[str, ...]
    message: Phrase
    test: Callable[[Subject], Refs]


def unless(is_met: object, subject: Subject) -> Refs:
    """Passed when `is_met`, else the engagement itself is the evidence."""
    return () if is_met else (subject.engagement.ref,)


def refs_of(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(sorted(item.ref for item in items))


def but_few(failing: Iterable[Item], all_of: Sequence[Item], subject: Subject) -> Refs:
    """Passed when enough of `all_of` is in order; doesn't apply when there is nothing to be in order."""
    found = refs_of(failing)
    if not all_of:
        return None
    return () if 1 - len(found) / len(all_of) >= subject.threshold("compliance_share") else found


def is_long(subject: Subject) -> bool:
    """Whether the practices of long engagements are asked for: more than 9 weeks, or 2 months (PSDM)."""
    start, end = subject.engagement.facts.start, subject.derived.end
    if start is None or end is None:
        return False
    by_weeks = end - start > timedelta(weeks=subject.threshold("compliance_long_weeks"))
    return by_weeks or end > add_months(start, int(subject.threshold("compliance_long_months")))
