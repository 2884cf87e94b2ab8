"""Change control: scope, dates and hours beyond the SOW have their paper."""

from __future__ import annotations

from datetime import date

from bot.derive.checks.gates.gate import WORKED, WORKING, Gate, Refs, unless
from bot.derive.checks.gates.practices import APPROVALS, where_practised
from bot.derive.decisions.questions import has_exception, has_work_at_risk, sow_end, working_days_since
from bot.derive.scope.change_orders import is_pending
from bot.derive.subject import Subject
from bot.domain.calendar import add_months
from bot.domain.messages import Phrase


def _growth_covered(subject: Subject) -> Refs:
    """Growth counts only what no approved change order covers; a proposed one shows that it is dealt with."""
    scope = subject.derived.scope
    if scope.growth is None:
        return None
    proposed = any(is_pending(order) for order in scope.change_orders)
    return unless(scope.growth < subject.threshold("growth_yellow") or proposed, subject)


def _extension_covered(subject: Subject) -> Refs:
    """A change order is asked for from two months beyond the SOW on; less takes a written confirmation."""
    end, finish = sow_end(subject), subject.derived.forecast.finish.p50
    if end is None or not isinstance(finish, date):
        return None
    long = finish >= add_months(end, int(subject.threshold("forecast_after_end_change_order_months")))
    proposed = any(is_pending(o) and o.end for o in subject.derived.scope.change_orders)
    return unless(not long or proposed, subject)


def _excess_covered(subject: Subject) -> Refs:
    burn = subject.derived.budget.burn
    return None if burn is None else unless(burn <= 1 or has_exception(subject), subject)


def _early_work_covered(subject: Subject) -> Refs:
    start, logs = subject.engagement.facts.start, subject.engagement.timelogs
    if start is None or not logs:
        return None
    return unless(all(log.spent_at >= start for log in logs) or has_work_at_risk(subject), subject)


def _decided(subject: Subject) -> Refs:
    orders = subject.derived.scope.change_orders
    limit = subject.threshold("change_order_ageing_days")
    late = [o.ref for o in orders if is_pending(o) and (working_days_since(subject, o.opened) or 0) >= limit]
    return tuple(sorted(late)) if orders else None


CHANGE: tuple[Gate, ...] = (
    Gate(
        "scope-growth-covered",
        WORKED,
        Phrase("Scope grew, and no change order covers or proposes it."),
        _growth_covered,
    ),
    Gate(
        "extension-covered",
        WORKING,
        Phrase("The work outlasts the SOW by two months or more without a change order."),
        _extension_covered,
    ),
    Gate(
        "excess-hours-covered",
        WORKED,
        Phrase("Hours exceed the budget without a work exception."),
        where_practised(APPROVALS, _excess_covered),
    ),
    Gate(
        "early-work-covered",
        WORKED,
        Phrase("Hours were logged before the SOW began, without a work-at-risk approval."),
        where_practised(APPROVALS, _early_work_covered),
    ),
    Gate(
        "change-orders-decided", WORKED, Phrase("Change orders that wait too long for a decision: {n}.", n=0), _decided
    ),
)
