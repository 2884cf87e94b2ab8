"""What was decided in a span of days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.derive.raid.decision_log import decision_log
from bot.derive.results import EngagementDerived
from bot.domain.calendar import Period
from bot.domain.frozen import frozen
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown


@frozen
class Decision:
    """A decision: when, in which engagement, what, and who decided."""

    day: date
    name: SafeMarkdown
    title: SafeMarkdown
    owner: str | None


def decisions_in(
    context: ReportContext, engagements: Iterable[EngagementDerived], span: Period
) -> tuple[Decision, ...]:
    """Those that were closed within the span, the newest first."""
    return tuple(
        Decision(
            one.day,
            context.titled(one.engagement.ref, one.engagement.title),
            context.titled(one.entry.ref, one.entry.title),
            one.entry.owner,
        )
        for one in decision_log(engagements)
        if one.day in span
    )
