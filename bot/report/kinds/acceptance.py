"""A note of its own for each milestone that was sent for acceptance: the customer's named approver accepts it by a 👍.

Only where the SOW allows it (fact `acceptance: {by: […]}`). It goes the customer's way: to the `customer_channel` alone, after
approval, and holds no more than the milestone's title and dates.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.derive.decisions.due import Due
from bot.derive.decisions.orders.consents import period_of
from bot.derive.results import Acceptance
from bot.domain.frozen import frozen
from bot.domain.model import Engagement
from bot.domain.vocabulary import AcceptanceState
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.kinds.customer import name_of, question
from bot.report.registry import Report, ReportPlace
from bot.report.text.safe_text import SafeMarkdown

_AT = "\x1f"


def subjects(due: Due, context: ReportContext) -> Iterable[str]:
    """Engagement and milestone of each acceptance that the customer may give here."""
    if context.settings.reports.status.customer.enabled:
        for derived in context.served(due.as_of):
            engagement = context.engagements(due.as_of).get(derived.ref)
            if engagement and engagement.facts.acceptance and engagement.facts.customer_channel:
                waiting = (c for c in derived.acceptance if c.state == AcceptanceState.SENT and c.sent)
                yield from (f"{derived.ref}{_AT}{clock.milestone}" for clock in waiting)


def make_acceptance(due: Due, context: ReportContext, subject: str | None) -> Document | None:
    ref, _, title = (subject or "").partition(_AT)
    derived, engagement = context.derived(ref, due.as_of), context.engagements(due.as_of).get(ref)
    clock = next((c for c in derived.acceptance if c.milestone == title), None) if derived else None
    if derived is None or engagement is None or clock is None:
        return None
    text = context.templates.render(REPORT.template, _view(context, clock, engagement))
    return question(context, "acceptance", period_of(title), text, derived, engagement)


@frozen
class AcceptanceRequestView:
    """What the template shows; it computes nothing."""

    name: SafeMarkdown
    milestone: str
    sent: date | None
    passive_on: date | None
    approvers: tuple[str, ...]


def _view(context: ReportContext, clock: Acceptance, engagement: Engagement) -> AcceptanceRequestView:
    return AcceptanceRequestView(
        name=name_of(context, engagement),
        milestone=clock.milestone,
        sent=clock.sent,
        passive_on=clock.passive_on,
        approvers=tuple(engagement.facts.acceptance),
    )


REPORT = Report(
    kind="acceptance",
    name="request for acceptance",
    readers="the customer's named approver",
    place=ReportPlace.CUSTOMER_CHANNEL,
    occasion="when a milestone is sent for acceptance",
    section="status",
    is_asked=lambda settings: settings.reports.status.customer.enabled,
    subjects=subjects,
    make=make_acceptance,
)
