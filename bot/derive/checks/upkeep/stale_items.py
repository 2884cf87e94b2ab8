"""Work that is under way but that nobody has touched is either done, stuck or forgotten; the plan can't tell which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.config import Threshold
from bot.derive.checks.gate import WORKING, Gate, LifeStage
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.decisions.questions import is_blocked, is_waiting, last_touched
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.model import Item
from bot.domain.vocabulary import Severity

THRESHOLDS = {"stale_items_days": Threshold(14, "days", "Assigned work without any change for this long is stale")}


def find(subject: Subject) -> Iterator[Finding]:
    limit = subject.day - timedelta(days=int(subject.threshold("stale_items_days")))
    touched = ((last_touched(subject, item), item) for item in _under_way(subject))
    if found := oldest_first((day, item) for day, item in touched if day and day <= limit):
        yield tell_oldest(
            found,
            Phrase(
                "{n|# item|# items} under way {n|has|have} not been touched for {threshold} days or more; "
                "{title} since {since}."
            ),
            Phrase("Ask the assignees for one line each: done, moving or stuck."),
            threshold=subject.threshold("stale_items_days"),
        )


def _under_way(subject: Subject) -> tuple[Item, ...]:
    return tuple(item for item in subject.to_do if _is_under_way(subject, item))


def _is_under_way(subject: Subject, item: Item) -> bool:
    """Assigned and due to have begun, and neither blocked nor waiting for the customer (those have rules of their own)."""
    begun = item.start_date is None or item.start_date <= subject.day
    return bool(item.assignees) and begun and not is_waiting(subject, item) and not is_blocked(subject, item)


GATE = Gate(
    "items-updated",
    LifeStage.DELIVER,
    WORKING,
    Phrase("Items under way that were not updated for two weeks: {n}.", n=0),
    among=_under_way,
)

RULE = Rule(id="stale-items", severity=Severity.LOW, thresholds=THRESHOLDS, gate=GATE, find=find)
