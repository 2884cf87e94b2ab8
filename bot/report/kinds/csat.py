"""A note of its own when an engagement completes: the customer's named approver says how it was, by a reaction from 1 to 5.

It goes the customer's way: to the `customer_channel` alone, after approval, and holds no more than the engagement's name. The
answer counts as a `csat::N` label does; once there is one, nobody is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.derive.decisions.due import Due
from bot.derive.decisions.orders.consents import SURVEY
from bot.derive.results import EngagementDerived
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Phase
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.kinds.customer import name_of, question
from bot.report.registry import Report, ReportPlace
from bot.report.text.safe_text import SafeMarkdown

ASKED_WITHIN = timedelta(days=30)
"""Of the completion: what ended long ago is asked about no more."""


def subjects(due: Due, context: ReportContext) -> Iterable[str]:
    """The engagements that completed of late, whose approvers the SOW names, and of which nobody said how it was."""
    for derived in context.served(due.as_of):
        engagement = context.engagements(due.as_of).get(derived.ref)
        named = engagement and engagement.facts.acceptance and engagement.facts.customer_channel
        if named and _is_fresh(derived, due) and derived.completion.csat is None:
            yield derived.ref


def _is_fresh(derived: EngagementDerived, due: Due) -> bool:
    ended = derived.completion.completed_on
    return derived.phase == Phase.COMPLETE and ended is not None and due.as_of - ended <= ASKED_WITHIN


@frozen
class SurveyView:
    """What the template shows."""

    name: SafeMarkdown
    approvers: tuple[str, ...]


def make_csat(due: Due, context: ReportContext, subject: str | None) -> Document | None:
    ref = subject or ""
    derived, engagement = context.derived(ref, due.as_of), context.engagements(due.as_of).get(ref)
    if derived is None or engagement is None:
        return None
    view = SurveyView(name_of(context, engagement), tuple(engagement.facts.acceptance))
    text = context.templates.render(REPORT.template, view)
    return question(context, SURVEY, SURVEY, text, derived, engagement)


REPORT = Report(
    kind=SURVEY,
    name="satisfaction survey",
    readers="the customer's named approver",
    place=ReportPlace.CUSTOMER_CHANNEL,
    section="closeout",
    is_asked=lambda settings: settings.reports.status.customer.enabled and settings.reports.closeout.csat,
    subjects=subjects,
    make=make_csat,
)
