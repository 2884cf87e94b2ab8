"""Decisions and help needed: what somebody other than the team has to do, with a name and a date where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.derive.results import EngagementDerived
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown


@dataclass(frozen=True, slots=True)
class Ask:
    """One ask: what, of whom, by when, and why it matters."""

    what: SafeMarkdown
    owner: str | None = None
    by: date | None = None
    impact: SafeMarkdown | None = None


def asks(context: ReportContext, derived: EngagementDerived, pm: str | None) -> tuple[Ask, ...]:
    """The asks of an engagement, most pressing first."""
    return (
        *_escalations(context, derived),
        *_acceptance(context, derived, pm),
        *_change_orders(context, derived, pm),
        *_decisions(context, derived),
        *_unowned(context, derived, pm),
    )


def _escalations(context: ReportContext, derived: EngagementDerived) -> Iterator[Ask]:
    words = context.templates.words
    for escalation in derived.escalations:
        what = context.titled(escalation.ref, escalation.title)
        lacks = [
            words.text(f"ask.lacks_{name}")
            for name, there in (("path", escalation.has_path_to_green), ("exit", escalation.has_exit_criteria))
            if not there
        ]
        if escalation.overdue or lacks:
            key = "ask.escalation_overdue" if escalation.overdue else "ask.escalation"
            impact = SafeMarkdown(", ".join(lacks)) if lacks else None
            due = escalation.update_due
            yield Ask(
                words.text(key, what=what, day=due), escalation.owner, None if escalation.overdue else due, impact
            )


def _acceptance(context: ReportContext, derived: EngagementDerived, pm: str | None) -> Iterator[Ask]:
    words = context.templates.words
    for clock in derived.acceptance:
        if clock.state == "ready":
            key = "ask.revenue" if clock.last_safe_sending else "ask.revenue_undated"
            impact = words.text(key, amount=words.money(clock.amount), day=clock.last_safe_sending)
            known = clock.amount is not None
            what = words.text("ask.send_acceptance", milestone=clock.milestone)
            yield Ask(what, pm, None if known else clock.last_safe_sending, impact if known else None)


def _change_orders(context: ReportContext, derived: EngagementDerived, pm: str | None) -> Iterator[Ask]:
    """Whoever holds the order's issue chases the decision, else the PM; needed by the issue's due date, if it has one."""
    words, items = context.templates.words, context.items_of(derived.ref)
    for order in derived.scope.change_orders:
        if order.state == "proposed":
            size = "ask.order_impact" if order.hours or order.value else "ask.order_since"
            impact = words.text(
                size, hours=words.hours(order.hours), value=words.money(order.value), since=order.opened
            )
            item = items.get(order.ref)
            owner = item.assignees[0] if item and item.assignees else pm
            what = words.text("ask.sign_order", what=context.titled(order.ref, order.title))
            yield Ask(what, owner, item.due_date if item else None, impact)


def _decisions(context: ReportContext, derived: EngagementDerived) -> Iterator[Ask]:
    words = context.templates.words
    for entry in derived.raid:
        if entry.kind == "decision" and entry.state != "closed":
            what = words.text("ask.decide", what=context.titled(entry.ref, entry.title))
            yield Ask(what, entry.owner, entry.due or entry.review)


def _unowned(context: ReportContext, derived: EngagementDerived, pm: str | None) -> Iterator[Ask]:
    words = context.templates.words
    for entry in derived.raid:
        serious = entry.level in ("high", "critical") or entry.escalated
        if entry.kind in ("risk", "issue") and entry.state != "closed" and serious and entry.owner is None:
            yield Ask(words.text("ask.name_owner", what=context.titled(entry.ref, entry.title)), pm, entry.review)
