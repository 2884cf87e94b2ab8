"""Scope against its baseline: what was added, what change orders cover, and growth beyond them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import median

from bot.derive.ratios import ratio
from bot.derive.results import ChangeOrder, Scope
from bot.derive.scope.change_orders import is_pending
from bot.derive.scope.progress import measure_of
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.model import Item
from bot.domain.vocabulary import EPIC, ChangeOrderState, ValueBasis

COUNTS = "leaves"
"""How the items of a stored baseline were counted: only the lowest level."""


def derive_scope(subject: Subject, earlier_baselines: Iterable[int] = ()) -> Scope:
    """Scope now against the work that existed at the end of the baseline day.

    Removed is what was dropped, and what is gone: GitLab forgets what is deleted, and `earlier_baselines`, the sizes that
    earlier reports found for the same baseline day, tell of it. Growth is None without a baseline, before its day, or
    when it held no work.
    """
    baseline, dropped = subject.engagement.facts.baseline_day, subject.breakdown.dropped
    stood = subject.at_baseline
    orders, faults = subject.change_orders
    baseline_value = math.fsum(stood.sizes.values())
    added_value = math.fsum(subject.derived.progress.values[item.ref] for item in stood.added)
    covered = covered_value(subject, orders, baseline_value)
    approved, pending = (
        [o for o in orders if o.state == ChangeOrderState.APPROVED],
        [o for o in orders if is_pending(o)],
    )
    gone = max([0, *(size - len(stood.sizes) for size in earlier_baselines)]) if baseline else 0
    return Scope(
        baseline_day=baseline,
        baseline_items=len(stood.sizes),
        baseline_value=baseline_value,
        added=len(stood.added),
        removed=len(dropped) + gone,
        dropped=len(dropped),
        dropped_hours=math.fsum(hours_on(subject, item) for item in dropped),
        added_value=added_value,
        growth=ratio(max(0.0, added_value - covered), baseline_value) if baseline and baseline <= subject.day else None,
        change_orders=orders,
        approved_hours=math.fsum(order.hours for order in approved),
        pending_hours=math.fsum(order.hours for order in pending),
        approved_value=math.fsum(order.value for order in approved),
        pending_value=math.fsum(order.value for order in pending),
        hints=faults,
    )


@frozen
class AtBaseline:
    """The work of the baseline day: the value of each item that stood then (dropped since or not), and what came later."""

    sizes: Mapping[str, float]
    added: tuple[Item, ...]


def work_at_baseline(subject: Subject) -> AtBaseline:
    """Work by the end of the baseline day, and work created later. Without a baseline day, neither.

    Splitting an item that stood then is no growth: its parts share its value. What had been dropped by then is neither.
    """
    day = subject.engagement.facts.baseline_day
    if day is None:
        return AtBaseline({}, ())
    values, dropped = value_all(subject), {item.ref for item in subject.breakdown.dropped}
    sizes: dict[str, float] = {}
    split: dict[str, list[Item]] = {}
    added: list[Item] = []
    for item in (*subject.work, *(gone for gone in subject.breakdown.dropped if not _gone_by(gone, day, subject))):
        if _stood(subject.own_items[item.ref], day, subject):
            sizes[item.ref] = values.get(item.ref, 0.0)
        elif (whole := _split_from(item, day, subject)) is not None:
            split.setdefault(whole.ref, []).append(item)
        elif item.ref not in dropped:
            added.append(item)
    in_parts_then = {ref for known in sizes for ref in subject.breakdown.above[known]}
    for ref, parts in split.items():
        if ref not in in_parts_then:
            sizes[ref] = _size_before(subject.breakdown.containers[ref], parts, values, subject)
    return AtBaseline(sizes, tuple(sorted(added, key=lambda i: i.ref)))


def value_all(subject: Subject) -> dict[str, float]:
    """The value of each item of work, and of what was dropped: its own measure, else as the median of the work."""
    progress = subject.derived.progress
    middle = median(progress.values.values()) if progress.values else 1.0
    own = {item.ref: measure_of(item, progress.basis) for item in subject.breakdown.dropped}
    return {**progress.values, **{ref: value or middle for ref, value in own.items()}}


def hours_on(subject: Subject, item: Item) -> float:
    """The hours logged on an item; what GitLab says in all where there is no log of them."""
    logged = [log.hours for log in subject.engagement.timelogs if log.item == item.ref]
    return math.fsum(logged) if logged else item.spent_hours or 0.0


def _stood(item: Item, day: date, subject: Subject) -> bool:
    return item.created_at is None or subject.calendar.local_day(item.created_at) <= day


def _gone_by(dropped: Item, day: date, subject: Subject) -> bool:
    return dropped.closed_at is not None and subject.calendar.local_day(dropped.closed_at) <= day


def _split_from(item: Item, day: date, subject: Subject) -> Item | None:
    """The item of the baseline day that this is a part of: an issue, or an epic that had a size. Other epics are folders."""
    for ref in reversed(subject.breakdown.above[item.ref]):
        container = subject.breakdown.containers[ref]
        sized = measure_of(container, subject.derived.progress.basis)
        if (container.type != EPIC or sized) and _stood(container, day, subject):
            return container
    return None


def _size_before(whole: Item, parts: Sequence[Item], values: Mapping[str, float], subject: Subject) -> float:
    """What an item was worth before it was split: its own measure; one where items are counted; else all its parts."""
    basis = subject.derived.progress.basis
    own = measure_of(whole, basis)
    return own if own is not None else math.fsum(values.get(part.ref, 0.0) for part in parts)


def covered_value(subject: Subject, orders: Iterable[ChangeOrder], baseline_value: float) -> float:
    """Value of the work that approved change orders brought after the baseline day.

    On the basis of hours these are their hours; otherwise the share of the baseline that their hours are of the SOW's.
    """
    hours = math.fsum(o.hours or _hours_of(o.value, subject) for o in orders if _is_after_baseline(o, subject))
    if subject.derived.progress.basis == ValueBasis.HOURS:
        return hours
    return (ratio(hours, subject.engagement.facts.hours) or 0.0) * baseline_value


def earlier_baselines(payloads: Iterable[Mapping[str, object]], baseline: date | None) -> list[int]:
    """Baseline sizes in what earlier reports stored (`baseline_payload`), of that baseline day, counted as today."""
    sizes = []
    for payload in payloads:
        scope = payload.get("scope")
        if not isinstance(scope, Mapping) or scope.get("counts") != COUNTS:
            continue
        if baseline and scope.get("baseline_day") == baseline.isoformat():
            size = scope.get("baseline_items")
            sizes += [size] if isinstance(size, int) and not isinstance(size, bool) else []
    return sizes


def _is_after_baseline(order: ChangeOrder, subject: Subject) -> bool:
    baseline = subject.engagement.facts.baseline_day
    decided_before = order.decided and baseline and order.decided <= baseline
    return order.state == ChangeOrderState.APPROVED and not decided_before


def _hours_of(value: float, subject: Subject) -> float:
    return ratio(value, subject.engagement.facts.hourly_rate) or 0.0
