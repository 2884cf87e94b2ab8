"""Progress: what each item of work is worth, how much of it is done, and the phase an engagement is in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median

from bot.derive.results import Progress
from bot.derive.schedule.milestones import MilestoneWork, milestone_done
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Item
from bot.domain.vocabulary import ItemState, Phase, TimeboxState, ValueBasis

BASIS_SHARE = 0.8
"""Share of the work that must have an estimate (or a weight) for that to be the measure."""


def derive_progress(subject: Subject) -> Progress:
    """Value done of all value; `percent` is None when there is no work."""
    work = subject.work
    basis, values = value_work(work)
    total = sum(values.values())
    closed = [item for item in work if not item.is_open]
    done = sum(values[item.ref] for item in closed)
    return Progress(basis, done / total if total else None, done, total, len(closed), len(work), values)


def value_work(work: Sequence[Item]) -> tuple[ValueBasis, dict[str, float]]:
    """The basis (hours, weight or count), and each item's value; one without an own value is worth the median of the others."""
    for basis in (ValueBasis.HOURS, ValueBasis.WEIGHT):
        own = {item.ref: value for item in work if (value := measure_of(item, basis)) is not None}
        if own and len(own) >= BASIS_SHARE * len(work):
            middle = median(own.values())
            return basis, {item.ref: own.get(item.ref, middle) for item in work}
    return ValueBasis.COUNT, {item.ref: 1.0 for item in work}


def measure_of(item: Item, basis: ValueBasis) -> float | None:
    """What an item itself says of its size on that basis; 0 counts as nothing said."""
    value = item.estimate_hours if basis == ValueBasis.HOURS else item.weight if basis == ValueBasis.WEIGHT else 1.0
    return value if value is not None and value > 0 else None


def derive_phase(subject: Subject) -> Phase:
    """not_started, active or complete.

    Complete: the root is closed, or all work is closed, no dated or contracted milestone still waits for its work, and
    none without a date that holds work is open in GitLab: there new work is collected, so only its closing ends it.
    Not started: nothing is logged or closed, and the start lies ahead or is not known.
    """
    engagement = subject.engagement
    work = subject.work
    if engagement.state == ItemState.CLOSED or (work and _all_done(subject, work)):
        return Phase.COMPLETE
    touched = any(not item.is_open or item.spent_hours for item in work) or bool(engagement.timelogs)
    start = engagement.facts.start
    return Phase.NOT_STARTED if not touched and (start is None or subject.day < start) else Phase.ACTIVE


def _all_done(subject: Subject, work: Sequence[Item]) -> bool:
    if any(item.is_open for item in work):
        return False
    return all(milestone_done(m) if m.fact or m.due else not _collects(m) for m in subject.milestone_views)


def _collects(view: MilestoneWork) -> bool:
    """Whether a milestone without a date holds work and is open; that all of it is closed today doesn't end it."""
    return bool(view.items) and any(m.state == TimeboxState.ACTIVE for m in view.found)


def last_close(subject: Subject) -> date | None:
    """The day on which the last item of work was closed; the root's own where it has none, or left some open."""
    calendar: WorkCalendar = subject.calendar
    work = subject.work
    closings = [item.closed_at for item in work if item.closed_at and not item.is_open]
    root = subject.engagement.closed_at
    at = max(closings, default=root)
    if at and root and any(item.is_open for item in work):
        at = max(at, root)
    return calendar.local_day(at) if at else None
