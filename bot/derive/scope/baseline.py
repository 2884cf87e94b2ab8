"""Scope against its baseline: what was added, what change orders cover, and growth beyond them (CONTRACT §7)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.derive.ratios import ratio
from bot.derive.results import ChangeOrder, Scope
from bot.derive.scope.change_orders import find_change_orders, is_pending
from bot.derive.subject import Subject
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Item


def derive_scope(subject: Subject, earlier_baselines: Iterable[int] = ()) -> Scope:
    """Scope now against the work that existed at the end of the baseline day.

    GitLab forgets what is deleted or moved away: `earlier_baselines`, the sizes that earlier reports found for the same
    baseline day, tell what is gone. Growth is None without a baseline, before its day, or when it
    held no work.
    """
    values, baseline = subject.derived.progress.values, subject.engagement.facts.baseline_day
    work = subject.work
    known, added = split_by_baseline(work, baseline, subject.calendar)
    orders, faults = find_change_orders(subject)
    baseline_value = math.fsum(values[item.ref] for item in known)
    added_value = math.fsum(values[item.ref] for item in added)
    covered = covered_value(subject, orders, baseline_value)
    approved, pending = [o for o in orders if o.state == "approved"], [o for o in orders if is_pending(o)]
    return Scope(
        baseline_day=baseline,
        baseline_items=len(known),
        baseline_value=baseline_value,
        added=len(added),
        removed=max([0, *(size - len(known) for size in earlier_baselines)]) if baseline else 0,
        added_value=added_value,
        growth=ratio(max(0.0, added_value - covered), baseline_value) if baseline and baseline <= subject.day else None,
        change_orders=orders,
        approved_hours=math.fsum(order.hours for order in approved),
        pending_hours=math.fsum(order.hours for order in pending),
        approved_value=math.fsum(order.value for order in approved),
        pending_value=math.fsum(order.value for order in pending),
        hints=faults,
    )


def split_by_baseline(
    work: Sequence[Item], baseline: date | None, calendar: WorkCalendar
) -> tuple[list[Item], list[Item]]:
    """Work that existed at the end of the baseline day, and work created later. Without a baseline day, neither."""
    if baseline is None:
        return [], []
    later = {i.ref for i in work if i.created_at and calendar.local_day(i.created_at) > baseline}
    return [i for i in work if i.ref not in later], [i for i in work if i.ref in later]


def covered_value(subject: Subject, orders: Iterable[ChangeOrder], baseline_value: float) -> float:
    """Value of the work that approved change orders brought after the baseline day.

    On the basis of hours these are their hours; otherwise the share of the baseline that their hours are of the SOW's.
    """
    hours = math.fsum(o.hours or _hours_of(o.value, subject) for o in orders if _is_after_baseline(o, subject))
    if subject.derived.progress.basis == "hours":
        return hours
    return (ratio(hours, subject.engagement.facts.hours) or 0.0) * baseline_value


def earlier_baselines(payloads: Iterable[Mapping[str, object]], baseline: date | None) -> list[int]:
    """Baseline sizes in what earlier reports stored (`scope: {baseline_day, baseline_items}`), of that baseline day."""
    sizes = []
    for payload in payloads:
        scope = payload.get("scope")
        if baseline and isinstance(scope, Mapping) and scope.get("baseline_day") == baseline.isoformat():
            size = scope.get("baseline_items")
            sizes += [size] if isinstance(size, int) and not isinstance(size, bool) else []
    return sizes


def _is_after_baseline(order: ChangeOrder, subject: Subject) -> bool:
    baseline = subject.engagement.facts.baseline_day
    decided_before = order.decided and baseline and order.decided <= baseline
    return order.state == "approved" and not decided_before


def _hours_of(value: float, subject: Subject) -> float:
    return ratio(value, subject.engagement.facts.hourly_rate) or 0.0
