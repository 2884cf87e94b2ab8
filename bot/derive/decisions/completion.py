"""The completion checklist: what stands between the end of the work and Finance. Unknown is None, never a tick."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.derive.labels import has_label, label_value
from bot.derive.results import Completion
from bot.derive.scope.change_orders import is_pending
from bot.derive.scope.progress import last_close
from bot.derive.subject import Subject
from bot.domain.vocabulary import Phase


def derive_completion(subject: Subject) -> Completion:
    """Uses `derived.phase`, `derived.acceptance` and `derived.scope`. Days run only for a complete engagement."""
    logs, derived = subject.engagement.timelogs, subject.derived
    completed_on = last_close(subject) if derived.phase == Phase.COMPLETE else None
    checklist = Completion(
        sign_off=_sign_off(subject),
        time_complete=all(log.approved for log in logs) if logs else None,
        change_orders_executed=not any(is_pending(order) for order in derived.scope.change_orders),
        retro=any(has_label(labels, subject.settings.labels.retro_complete) for labels in _all_labels(subject)),
        csat=_csat(subject),
        completed_on=completed_on,
    )
    return _with_ready_day(checklist, subject)


def _sign_off(subject: Subject) -> bool | None:
    """Whether all billing milestones are accepted; None where the contract names none."""
    states = [a.state for a in subject.derived.acceptance]
    return all(state.is_given for state in states) if states else None


def _with_ready_day(checklist: Completion, subject: Subject) -> Completion:
    """Ready for Finance: the work is over, accepted where acceptance is asked for, hours approved, change orders decided."""
    gates = (checklist.sign_off, checklist.time_complete, checklist.change_orders_executed)
    if checklist.completed_on is None or False in gates or gates[:2] == (None, None):
        return checklist
    accepted = [a.accepted_on for a in subject.derived.acceptance]
    if None in accepted:
        return checklist
    decided = [order.decided for order in subject.derived.scope.change_orders]
    ready = max(day for day in (checklist.completed_on, *accepted, *decided) if day)
    waited = subject.calendar.working_days_between(checklist.completed_on, ready)
    return replace(checklist, ready_on=ready, days_to_ready=waited)


def _csat(subject: Subject) -> float | None:
    """The customer's rating, from a label such as `csat::4`; the lowest one counts."""
    values = [label_value(labels, subject.settings.labels.csat) for labels in _all_labels(subject)]
    return min((float(v) for v in values if v and v.isascii() and v.isdigit()), default=None)


def _all_labels(subject: Subject) -> Iterable[tuple[str, ...]]:
    return (subject.engagement.labels, *(item.labels for item in subject.engagement.items))
