"""How the headline figures of one engagement came about: what was counted, what was left out and why, whose hours.

Nothing is counted anew here: work, containers and dropped items come from the breakdown, figures from what was derived.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from bot.config import Settings
from bot.derive.labels import is_dropped, is_work, meaning_of
from bot.derive.money.hours import items_without_logs
from bot.derive.results import EngagementDerived
from bot.derive.scope.breakdown import Breakdown, break_down
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Item, Titled
from bot.domain.vocabulary import ValueBasis


@frozen
class Figure:
    """A headline figure, and how it came about in one line."""

    figure: str
    value: float | str | None
    how: str


@frozen
class Counted(Titled):
    """An item that counts: what it is worth in the measure of progress, and whether it is done."""

    value: float
    done: bool
    planned: date | None = None


@frozen
class LeftOut(Titled):
    """An item that does not count, and why."""

    why: str


@frozen
class Explanation(Titled):
    """All of it, for one engagement."""

    figures: tuple[Figure, ...]
    basis: ValueBasis
    counted: tuple[Counted, ...]
    left_out: tuple[LeftOut, ...]
    hours_by_source: Mapping[str, float]


def explain(engagement: Engagement, derived: EngagementDerived, settings: Settings) -> Explanation:
    """Of an engagement as of the day that `derived` is for."""
    parts = break_down(engagement, settings.labels)
    values, planned = derived.progress.values, derived.schedule.planned
    counted = [
        Counted(item.ref, item.title, values.get(item.ref, 0.0), not item.is_open, planned.get(item.ref))
        for item in parts.work
    ]
    return Explanation(
        ref=engagement.ref,
        title=engagement.title,
        figures=tuple(_figures(engagement, derived)),
        basis=derived.progress.basis,
        counted=tuple(counted),
        left_out=tuple(_left_out(engagement, parts, settings)),
        hours_by_source=_hours(engagement, parts, settings),
    )


def _left_out(engagement: Engagement, parts: Breakdown, settings: Settings) -> Iterable[LeftOut]:
    counted = {item.ref for item in parts.work}
    below = Counter(ref for chain in parts.above.values() for ref in chain)
    for item in sorted(engagement.items, key=lambda i: i.ref):
        if item.ref not in counted:
            yield LeftOut(item.ref, item.title, _why(item, below[item.ref], settings))


def _why(item: Item, parts: int, settings: Settings) -> str:
    labels, meaning = settings.labels, meaning_of(item, settings.labels)
    if item.takes_texts:
        return "takes texts: psbot writes to it, or it is somebody's internal place or customer channel"
    if not is_work(item, labels):
        kinds = {
            "change order": meaning.change_order,
            "acceptance": meaning.acceptance,
            "escalation": meaning.escalation,
            "paperwork (work exception or work at risk)": meaning.exception,
            f"RAID: {meaning.raid}": meaning.raid,
        }
        return next(name for name, found in kinds.items() if found)
    if parts:
        return f"holds {parts} item{'' if parts == 1 else 's'} of work, which count in its place"
    if is_dropped(item, labels):
        return "dropped: closed without being done, so taken out of the scope"
    return "belongs to no level of work"


def _hours(engagement: Engagement, parts: Breakdown, settings: Settings) -> dict[str, float]:
    """Hours by where they come from; their sum is what was spent."""
    timesheet = engagement.hours_difference is not None
    kinds = {item.ref: "items that count" for item in parts.work}
    kinds |= {item.ref: "dropped items" for item in parts.dropped}
    kinds |= dict.fromkeys(parts.containers, "parents of work")
    kinds[engagement.ref] = "the engagement itself"
    logs: dict[str, list[float]] = {}
    for log in engagement.timelogs:
        source = "timesheet" if timesheet else _source(log.item, kinds)
        logs.setdefault(source, []).append(log.hours)
    for item in items_without_logs(engagement, settings.labels):
        logs.setdefault("totals of items without time logs", []).append(item.spent_hours or 0.0)
    return {name: math.fsum(hours) for name, hours in sorted(logs.items())}


def _source(ref: str | None, kinds: Mapping[str, str]) -> str:
    if ref is None:
        return "rows without an item"
    return "merge requests" if "!" in ref else kinds.get(ref, "other items (RAID, change orders, paperwork)")


def _figures(engagement: Engagement, e: EngagementDerived) -> Iterable[Figure]:
    p, s, b, scope, f = e.progress, e.schedule, e.budget, e.scope, e.forecast
    unit = {"hours": "hours of estimates", "weight": "points of weight"}.get(p.basis, "items")
    yield Figure(
        "progress.percent",
        p.percent,
        f"{p.done:g} of {p.total:g} {unit} done; {p.items_done} of {p.items_total} items closed",
    )
    yield Figure("schedule.planned_value", s.planned_value, f"{unit} planned to be finished by this day")
    yield Figure("schedule.earned_value", s.earned_value, f"{unit} done")
    yield Figure("schedule.spi", s.spi, "earned value ÷ planned value")
    yield Figure("scope.growth", scope.growth, _growth(e))
    whose = "the timesheet" if engagement.hours_difference is not None else "GitLab's time logs"
    yield Figure("budget.hours_spent", b.hours_spent, f"all hours in {whose} up to this day")
    yield Figure("budget.hours_budget", b.hours_budget, _budget(engagement, e))
    yield Figure("budget.burn", b.burn, "hours spent ÷ budget")
    yield Figure("budget.cpi", b.cpi, "percent × budget ÷ hours spent")
    effort = f.effort_hours.p50
    yield Figure(
        "forecast.effort_hours.p50",
        effort,
        "hours at completion: spent so far and what the work left takes in half of the trials",
    )
    finish = f.finish.p50
    yield Figure(
        "forecast.finish.p50",
        finish.isoformat() if finish else None,
        f"half of the trials are done by then; basis {f.basis}, {f.history_weeks} weeks of history",
    )
    end = e.end.isoformat() if e.end else "no end known"
    yield Figure(
        "forecast.on_time_probability", f.on_time_probability, f"share of trials done by the SOW's end ({end})"
    )


def _growth(e: EngagementDerived) -> str:
    s = e.scope
    day = s.baseline_day.isoformat() if s.baseline_day else "no baseline day"
    return f"value of {s.added} items added since the baseline ({day}) ÷ {s.baseline_value:g} then; {s.removed} removed"


def _budget(engagement: Engagement, e: EngagementDerived) -> str:
    base = "`hours` of the facts" if engagement.facts.hours is not None else "the sum of estimates"
    return f"{base} and {e.scope.approved_hours:g} h of approved change orders"
