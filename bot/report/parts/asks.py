"""The asks that derive found, in words."""

from __future__ import annotations

from datetime import date

from bot.derive.results import EngagementDerived
from bot.derive.status_results import Ask, AskKind
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown, joined


@frozen
class AskView:
    """One ask: what, of whom, by when, and why it matters."""

    what: SafeMarkdown
    owner: Text | None = None
    """Who is asked: who holds it, or who stands in, and the manager from the second week."""
    by: date | None = None
    impact: SafeMarkdown | None = None


def ask_views(context: ReportContext, derived: EngagementDerived) -> tuple[AskView, ...]:
    """The asks of an engagement, most pressing first."""
    return tuple(_view(context, ask) for ask in derived.asks)


def _view(context: ReportContext, ask: Ask) -> AskView:
    words = context.templates.words
    told_in_sentence = ask.kind is AskKind.UPDATE_OVERDUE or (
        ask.kind is AskKind.SEND_ACCEPTANCE and ask.amount is not None
    )
    return AskView(
        words.text(f"ask.{ask.kind}", what=context.titled(ask.ref, ask.title), milestone=ask.title, day=ask.by),
        _asked(context, ask),
        None if told_in_sentence else ask.by,
        _impact(context, ask),
    )


def _asked(context: ReportContext, ask: Ask) -> Text | None:
    """`sam (for priya, away until Jan 1)`; `priya and dana (asked since Nov 12)`."""
    chase, words = ask.chase, context.templates.words
    if chase is None:
        return ask.owner
    who: Text = chase.to
    if chase.stands_in_for:
        who = words.text("ask.stands_in", who=chase.to, away=chase.stands_in_for, day=chase.away_until)
    elif chase.away_until:
        who = words.text("ask.is_away", who=chase.to, day=chase.away_until)
    if chase.manager in (None, chase.to):
        return who
    return words.text("ask.with_manager", who=who, manager=chase.manager, day=chase.since)


def _impact(context: ReportContext, ask: Ask) -> SafeMarkdown | None:
    words = context.templates.words
    if ask.lacks:
        return SafeMarkdown(", ".join(words.text(f"ask.lacks_{name}") for name in ask.lacks))
    if ask.kind is AskKind.SEND_ACCEPTANCE and ask.amount is not None:
        key = "ask.revenue" if ask.by else "ask.revenue_undated"
        return words.text(key, amount=words.money(ask.amount), day=ask.by)
    if ask.kind is AskKind.SIGN_ORDER:
        size = joined(show(n) for show, n in ((words.hours, ask.hours), (words.money, ask.amount)) if n)
        return words.text("ask.order_impact" if size else "ask.order_since", size=size, since=ask.since)
    return None
