"""Next steps: the open work and actions in the order in which they come; what is blocked never leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

from bot.derive.decisions.questions import is_blocked
from bot.derive.labels import raid_kind
from bot.derive.status_results import NextStep
from bot.derive.subject import Subject
from bot.domain.model import Item
from bot.domain.vocabulary import RaidKind

HORIZON: Final = timedelta(days=14)
MOST: Final = 5


def derive_steps(subject: Subject) -> tuple[NextStep, ...]:
    """All of them, most urgent first: by due date, else by the plan; then what is on the critical path."""
    critical = frozenset(subject.derived.schedule.critical_path)
    actions = (
        i for i in subject.engagement.items if i.is_open and raid_kind(i, subject.settings.labels) == RaidKind.ACTION
    )

    def urgency(item: Item) -> tuple[bool, date, bool, str]:
        return is_blocked(subject, item), _finish(subject, item), item.ref not in critical, item.ref

    return tuple(_step(subject, item) for item in sorted((*subject.to_do, *actions), key=urgency))


def next_steps(steps: Iterable[NextStep], among: Callable[[NextStep], bool] = lambda _: True) -> tuple[NextStep, ...]:
    """The few to name: what is due soon, else what comes first and is not blocked. `among`: those that a reader may see."""
    known = tuple(filter(among, steps))
    soon = tuple(step for step in known if step.soon)
    return (soon or tuple(step for step in known if not step.blocked))[:MOST]


def _finish(subject: Subject, item: Item) -> date:
    return item.due_date or subject.derived.schedule.planned.get(item.ref) or date.max


def _step(subject: Subject, item: Item) -> NextStep:
    late = item.due_date is not None and item.due_date < subject.day
    soon = _finish(subject, item) <= subject.day + HORIZON
    return NextStep(item.ref, item.title, item.assignees, item.due_date, soon, late, is_blocked(subject, item))
