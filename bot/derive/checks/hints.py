"""Hints that change control asks for paperwork: change order, written confirmation, work exception, work at risk.

The rules are those GitLab PS publishes: scope beyond the SOW needs a change order; an extension of less than two months a
written confirmation, a longer one a change order; work before signature a work-at-risk approval; hours beyond the
budget a work exception, which is closed at quarter end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from bot.derive.decisions.questions import (
    days_left_in_quarter,
    has_exception,
    has_work_at_risk,
    open_exceptions,
    sow_end,
)
from bot.derive.results import Reason
from bot.derive.scope.baseline import hours_on, work_at_baseline
from bot.derive.scope.change_orders import is_pending
from bot.derive.subject import Subject
from bot.domain.calendar import add_months
from bot.domain.messages import Percent, Phrase, days, hours, items
from bot.domain.model import TimeLog

EXTENSION_MONTHS = 2
"""From two months on, an extension needs a change order; below, a written confirmation."""
QUARTER_END_DAYS = 10
"""Working days before the end of a quarter from which an open work exception is worth a word."""
MAX_EVIDENCE = 10


def find_hints(subject: Subject) -> tuple[Reason, ...]:
    """All hints on `derived.scope`, `derived.budget`, `derived.forecast`; those of unreadable change orders stand first."""
    if subject.derived.phase == "complete":
        return subject.derived.scope.hints
    return (*subject.derived.scope.hints, *(hint for find in _FINDERS for hint in find(subject)))


def _find_growth(subject: Subject) -> Iterator[Reason]:
    scope = subject.derived.scope
    if scope.growth is None or scope.growth < subject.threshold("growth_yellow"):
        return
    added = work_at_baseline(subject).added
    growth, day = Percent(scope.growth), scope.baseline_day
    text = Phrase("Scope grew by {share} since {day} without an approved change order.", share=growth, day=day)
    if any(is_pending(order) for order in scope.change_orders):
        text = Phrase(
            "Scope grew by {share} since {day} without an approved change order, while one is proposed.",
            share=growth,
            day=day,
        )
    yield Reason(text, tuple(item.ref for item in added[:MAX_EVIDENCE]))


def _find_dropped(subject: Subject) -> Iterator[Reason]:
    """What was taken out of the scope, and what it had cost by then."""
    scope = subject.derived.scope
    if scope.dropped_hours > 0:
        text = Phrase(
            "Closed without being done: {items}, on which {hours} were spent.",
            items=items(scope.dropped),
            hours=hours(scope.dropped_hours),
        )
        costly = sorted(subject.breakdown.dropped, key=lambda item: (-hours_on(subject, item), item.ref))
        yield Reason(text, tuple(item.ref for item in costly[:MAX_EVIDENCE]))


def _find_extension(subject: Subject) -> Iterator[Reason]:
    end, finish = sow_end(subject), expected_finish(subject)
    if end is None or finish is None or finish <= end:
        return
    over = days(subject.calendar.working_days_between(end, finish))
    text = Phrase(
        "Work is expected to end {finish}, {days} after the SOW ({end}): "
        "it needs a written confirmation (less than two months).",
        finish=finish,
        days=over,
        end=end,
    )
    if finish >= add_months(end, EXTENSION_MONTHS):
        text = Phrase(
            "Work is expected to end {finish}, {days} after the SOW ({end}): it needs a change order (two months or more).",
            finish=finish,
            days=over,
            end=end,
        )
    yield Reason(text, (subject.engagement.ref,))


def expected_finish(subject: Subject) -> date | None:
    """The forecast's P50; without a forecast, the last due date of the open work."""
    p50 = subject.derived.forecast.finish.p50
    if isinstance(p50, date):
        return p50
    return max((item.due_date for item in subject.work if item.is_open and item.due_date), default=None)


def _find_billing_switch(subject: Subject) -> Iterator[Reason]:
    """Facts that say both: time and materials, and a price for milestones or completion."""
    facts = subject.engagement.facts
    priced = [m.milestone for m in facts.milestones if m.amount]
    if facts.billing == "time_and_materials" and (priced or facts.recognised != "as_delivered"):
        text = Phrase(
            "The facts name time and materials, but also {what}: a switch of the billing type needs a change order.",
            what=Phrase("priced milestones")
            if priced
            else Phrase("the recognition {recognition}", recognition=facts.recognised),
        )
        yield Reason(text, (subject.engagement.ref,))
    elif facts.billing in ("fixed_price", "milestone") and facts.recognised == "as_delivered":
        text = Phrase(
            "The facts name {billing}, but revenue as delivered: a switch of the billing type needs a change order.",
            billing=facts.billing,
        )
        yield Reason(text, (subject.engagement.ref,))


def _find_work_at_risk(subject: Subject) -> Iterator[Reason]:
    """Hours logged before the SOW started, or after it ended while a change order still waits for its signature."""
    start, end = subject.engagement.facts.start, sow_end(subject)
    if has_work_at_risk(subject):
        return
    waiting = any(is_pending(order) for order in subject.derived.scope.change_orders)
    logs = subject.engagement.timelogs
    early = [log for log in logs if start and log.spent_at < start]
    late = [log for log in logs if waiting and end and log.spent_at > end]
    if early:
        text = Phrase(
            "{hours} were logged before the SOW started ({day}) without a work-at-risk approval.",
            hours=_hours_of(early),
            day=start,
        )
        yield Reason(text, _items_of(early) or (subject.engagement.ref,))
    if late:
        text = Phrase(
            "{hours} were logged after the SOW ended ({day}) without a work-at-risk approval.",
            hours=_hours_of(late),
            day=end,
        )
        yield Reason(text, _items_of(late) or (subject.engagement.ref,))


def _hours_of(logs: list[TimeLog]) -> Phrase:
    return hours(sum(log.hours for log in logs))


def _items_of(logs: list[TimeLog]) -> tuple[str, ...]:
    return tuple(sorted({log.item for log in logs if log.item}))[:MAX_EVIDENCE]


def _find_over_hours(subject: Subject) -> Iterator[Reason]:
    budget = subject.derived.budget
    if budget.hours_budget is not None and budget.hours_spent > budget.hours_budget and not has_exception(subject):
        text = Phrase(
            "{hours} over the budget of {budget} without a work exception or change order.",
            hours=hours(budget.hours_spent - budget.hours_budget),
            budget=hours(budget.hours_budget),
        )
        yield Reason(text, (subject.engagement.ref,))


def _find_open_exceptions(subject: Subject) -> Iterator[Reason]:
    quarter = subject.calendar.fiscal_quarter(subject.day)
    ending = days_left_in_quarter(subject) <= QUARTER_END_DAYS
    for item in open_exceptions(subject):
        older = item.created_at and subject.calendar.local_day(item.created_at) < quarter.first
        if older:
            text = Phrase("A work exception is open from an earlier quarter: close it at quarter end.")
            yield Reason(text, (item.ref,))
        elif ending:
            text = Phrase(
                "A work exception is open and {quarter} ends {last}: close it at quarter end.",
                quarter=quarter.name,
                last=quarter.last,
            )
            yield Reason(text, (item.ref,))


_FINDERS: tuple[Callable[[Subject], Iterator[Reason]], ...] = (
    _find_growth,
    _find_dropped,
    _find_extension,
    _find_billing_switch,
    _find_work_at_risk,
    _find_over_hours,
    _find_open_exceptions,
)
