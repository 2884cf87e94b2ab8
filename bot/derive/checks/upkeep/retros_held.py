"""In-project retrospectives leave lessons behind, while there is still time to use them."""

from __future__ import annotations

from datetime import timedelta

from bot.derive.checks.gate import WORKED, Gate, LifeStage, is_long
from bot.derive.checks.practices import Practice
from bot.derive.checks.rule import Rule, lacking
from bot.derive.subject import Subject
from bot.domain.messages import Phrase


def _has_lessons(subject: Subject) -> bool:
    prefix = subject.settings.labels.lesson
    return any(label.startswith(prefix) for item in subject.engagement.items for label in item.labels)


def _is_due(subject: Subject) -> bool:
    """Asked of long engagements, once their first weeks are over."""
    start, after = subject.engagement.facts.start, timedelta(weeks=subject.threshold("compliance_long_weeks"))
    return is_long(subject) and start is not None and subject.day - start >= after


GATE = Gate(
    "retros-held",
    LifeStage.PLAN,
    WORKED,
    Phrase("A long engagement without a recorded lesson: were there retrospectives?"),
    practice=Practice.LESSONS,
    asked=_is_due,
)

RULE = Rule(id="retros-held", severity=None, gate=GATE, find=lacking(_has_lessons))
