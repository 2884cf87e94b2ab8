"""Decisions and help needed: what somebody other than the team has to do, with a name and a date where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.decisions.questions import owner_of
from bot.derive.results import ChangeOrder, Escalation
from bot.derive.scope.change_orders import is_pending
from bot.derive.status_results import Ask, AskKind, Lack
from bot.derive.subject import Subject
from bot.domain.vocabulary import AcceptanceState, ItemState, RaidKind, Severity


def derive_asks(subject: Subject) -> tuple[Ask, ...]:
    """The asks of an engagement, most pressing first. What a manager does is the PM's."""
    return (*_escalations(subject), *_acceptance(subject), *_orders(subject), *_decisions(subject), *_unowned(subject))


def _escalations(subject: Subject) -> Iterator[Ask]:
    for e in subject.derived.escalations:
        lacks = lacks_of(e)
        if e.overdue or lacks:
            kind = AskKind.UPDATE_OVERDUE if e.overdue else AskKind.UPDATE
            yield Ask(kind, e.ref, e.title, e.owner or owner_of(subject), e.update_due, lacks)


def lacks_of(escalation: Escalation) -> tuple[Lack, ...]:
    there = ((Lack.PATH, escalation.has_path_to_green), (Lack.EXIT, escalation.has_exit_criteria))
    return tuple(lack for lack, is_there in there if not is_there)


def _acceptance(subject: Subject) -> Iterator[Ask]:
    for clock in subject.derived.acceptance:
        if clock.state == AcceptanceState.READY:
            ref = clock.evidence[0] if clock.evidence else ""
            yield Ask(
                AskKind.SEND_ACCEPTANCE,
                ref,
                clock.milestone,
                owner_of(subject),
                clock.last_safe_sending,
                amount=clock.amount,
            )


def _orders(subject: Subject) -> Iterator[Ask]:
    """Needed by the issue's due date, where it has one."""
    for order in filter(is_pending, subject.derived.scope.change_orders):
        yield _sign(order, subject)


def _sign(order: ChangeOrder, subject: Subject) -> Ask:
    item = subject.own_items.get(order.ref)
    by = item.due_date if item else None
    owner = owner_of(subject)
    return Ask(AskKind.SIGN_ORDER, order.ref, order.title, owner, by, (), order.hours, order.value, order.opened)


def _decisions(subject: Subject) -> Iterator[Ask]:
    for entry in subject.derived.raid:
        if entry.kind == RaidKind.DECISION and entry.state != ItemState.CLOSED:
            yield Ask(
                AskKind.DECIDE, entry.ref, entry.title, entry.owner or owner_of(subject), entry.due or entry.review
            )


def _unowned(subject: Subject) -> Iterator[Ask]:
    for entry in subject.derived.raid:
        serious = entry.level in (Severity.HIGH, Severity.CRITICAL) or entry.escalated
        if (
            entry.kind in (RaidKind.RISK, RaidKind.ISSUE)
            and entry.state != ItemState.CLOSED
            and serious
            and entry.owner is None
        ):
            yield Ask(AskKind.NAME_OWNER, entry.ref, entry.title, owner_of(subject), entry.review)
