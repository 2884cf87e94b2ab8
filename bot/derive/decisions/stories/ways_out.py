"""Ways out, each tried on the forecast by the same trials; the cheapest one that helps is proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time

from bot.derive.decisions.questions import hours_at_completion
from bot.derive.forecast.scenarios.whatif import Scenario, change_engagement
from bot.derive.results import ChangeOrder, EngagementDerived
from bot.derive.scope.change_orders import is_pending
from bot.derive.status_results import Gain
from bot.derive.subject import Subject
from bot.domain.errors import UsageError
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, items, listing, quotes
from bot.domain.model import Engagement, Item

Simulate = Callable[[Engagement], EngagementDerived | None]
"""What would be derived of the engagement if it were like this; None where there is no forecast."""
NOTICEABLE = 0.02
"""A gain in the chance to be on time below this is none."""


@frozen
class WayOut:
    """Something that may be done, as a sentence, and the engagement as it would be then."""

    action: Phrase
    changed: Engagement
    money: float | None = None
    evidence: tuple[str, ...] = ()


def cheapest(subject: Subject, simulate: Simulate) -> tuple[WayOut, Gain] | None:
    """The first way out, by what it costs us, that makes the date likely or the budget hold; else the one that helps most."""
    tried = [(remedy, _gain(subject, remedy, simulate)) for remedy in remedies(subject)]
    helpful = [(remedy, gain) for remedy, gain in tried if gain is not None and _helps(subject, gain)]
    target = subject.threshold("on_time_yellow")
    enough = [pair for pair in helpful if (pair[1].on_time_probability or 0.0) >= target or pair[0].money]
    return next(iter(enough or sorted(helpful, key=lambda pair: -(pair[1].on_time_probability or 0.0))), None)


def remedies(subject: Subject) -> Iterator[WayOut]:
    """From the cheapest on: paper, less work, another date, more people."""
    yield from _approve_orders(subject)
    yield from _take_out_added(subject)
    yield from _move_end(subject)
    yield from _add_person(subject)


def _approve_orders(subject: Subject) -> Iterator[WayOut]:
    pending = [order for order in subject.derived.scope.change_orders if is_pending(order)]
    if not pending:
        return
    names = listing(quotes(order.title for order in pending))
    action = Phrase("Get {n|the change order|the change orders} {names} signed.", n=len(pending), names=names)
    money = sum(order.value for order in pending)
    yield WayOut(action, _approved(subject, pending), money or None, tuple(order.ref for order in pending))


def _approved(subject: Subject, orders: list[ChangeOrder]) -> Engagement:
    """The engagement with these change orders approved today."""
    labels, wanted = subject.settings.labels.change_order, {order.ref for order in orders}
    at = datetime.combine(subject.day, time(12), tzinfo=subject.calendar.zone)

    def approve(item: Item) -> Item:
        if item.ref not in wanted:
            return item
        kept = tuple(label for label in item.labels if label not in (labels.proposed, labels.rejected))
        dates = {**item.label_dates, labels.approved: at}
        return replace(item, labels=(*kept, labels.approved), label_dates=dates)

    return replace(subject.engagement, items=tuple(map(approve, subject.engagement.items)))


def _take_out_added(subject: Subject) -> Iterator[WayOut]:
    """Work that came after the scope was agreed, is not begun, and has no signed paper."""
    if not subject.derived.scope.growth:
        return
    added = [i for i in subject.at_baseline.added if i.is_open and not i.spent_hours]
    if not added:
        return
    refs = {item.ref for item in added}
    kept = tuple(item for item in subject.engagement.items if item.ref not in refs)
    action = Phrase(
        "Take the {items} that came after the scope was agreed, and are not begun, out of it or into a change order.",
        items=items(len(added)),
    )
    yield WayOut(action, replace(subject.engagement, items=kept), None, tuple(sorted(refs))[:10])


def _move_end(subject: Subject) -> Iterator[WayOut]:
    end, late = subject.derived.end, subject.derived.forecast.finish.p80
    if end is None or not isinstance(late, date) or late <= end:
        return
    action = Phrase("Get {day} confirmed in writing as the new end (now {end}).", day=late, end=end)
    yield WayOut(action, _scenario(subject, Scenario(subject.engagement.ref, end=late)))


def _add_person(subject: Subject) -> Iterator[WayOut]:
    try:
        changed = _scenario(subject, Scenario(subject.engagement.ref, people=1.0))
    except UsageError:
        return
    yield WayOut(Phrase("Add one person to the team."), changed)


def _scenario(subject: Subject, scenario: Scenario) -> Engagement:
    return change_engagement(subject.engagement, scenario, subject.day, subject.calendar, subject.settings.labels)


def _gain(subject: Subject, remedy: WayOut, simulate: Simulate) -> Gain | None:
    then = simulate(remedy.changed)
    if then is None:
        return None
    now = subject.derived
    return Gain(
        days=_difference(days_late(now, subject), days_late(then, subject)),
        hours=_difference(hours_over(now), hours_over(then)),
        money=remedy.money,
        on_time_probability=then.forecast.on_time_probability,
    )


def _difference(before: float | None, after: float | None) -> int | None:
    return None if before is None or after is None else round(before - after)


def _helps(subject: Subject, gain: Gain) -> bool:
    chance = subject.derived.forecast.on_time_probability or 0.0
    likelier = (gain.on_time_probability or 0.0) >= chance + NOTICEABLE
    return likelier or (gain.days or 0) > 0 or (gain.hours or 0) > 0 or bool(gain.money)


def days_late(derived: EngagementDerived, subject: Subject) -> int | None:
    """Working days by which the likely finish is after the end of the SOW; 0 when it is not."""
    finish = derived.completion.completed_on or derived.forecast.finish.p50
    if derived.end is None or not isinstance(finish, date):
        return None
    return max(0, subject.calendar.working_days_between(derived.end, finish))


def hours_over(derived: EngagementDerived) -> float | None:
    """Hours at completion beyond the budget; 0 when they are within."""
    effort, budget = hours_at_completion(derived), derived.budget.hours_budget
    return None if effort is None or budget is None else float(round(max(0.0, effort.p50 - budget)))
