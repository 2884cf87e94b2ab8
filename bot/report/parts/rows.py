"""Rows of the tables that several reports share: risks, milestones, acceptance clocks, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from bot.derive.results import Acceptance, EngagementDerived, MilestoneStatus
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.vocabulary import AcceptanceState, MilestoneState
from bot.report.context import ReportContext, quiet
from bot.report.text.safe_text import SafeMarkdown, link

STATE_DOTS = {"done": "✅", "on_track": "🟢", "at_risk": "🟡", "late": "🔴"}
SEVERITY_DOTS = {"low": "⚪", "medium": "🟡", "high": "🟠", "critical": "🔴"}


@frozen
class RiskView:
    """A risk with what is done about it, by whom, and the evidence."""

    severity: str
    dot: SafeMarkdown
    message: Text
    action: Text
    owner: str | None
    links: tuple[SafeMarkdown, ...]
    score: int | None = None
    rule: str = ""


@frozen
class MilestoneView:
    """A milestone: what was agreed, what is expected, how far apart in working days."""

    title: SafeMarkdown
    baseline: date | None
    due: date | None
    forecast: date | None
    slip: int | None
    state: str
    dot: SafeMarkdown
    done: bool
    open_items: int
    all_items: int
    latest: date | None = None
    """With 80 % certainty; None where that says no more than `forecast`."""
    cause: str | None = None
    """Why it moved, where somebody said so."""

    @property
    def moved(self) -> bool:
        """Whether it was planned anew: it is due on another day than its baseline."""
        return None not in (self.baseline, self.due) and self.baseline != self.due


@frozen
class AcceptanceView:
    """A billing milestone on its way to Finance: how far it is, and the date that counts for that."""

    milestone: SafeMarkdown
    amount: float | None
    state: str
    when: SafeMarkdown


def risk_views(context: ReportContext, derived: EngagementDerived) -> tuple[RiskView, ...]:
    """The risks, gravest first."""
    return tuple(
        RiskView(
            risk.severity,
            SafeMarkdown(SEVERITY_DOTS.get(risk.severity, "⚪")),
            risk.message,
            risk.action,
            risk.owner,
            context.links(risk.evidence, own=derived.ref),
            risk.score,
            risk.rule,
        )
        for risk in derived.risks
    )


def milestone_views(context: ReportContext, milestones: Iterable[MilestoneStatus]) -> tuple[MilestoneView, ...]:
    """Milestones by date; those that can't be dated last."""
    return tuple(view for view, _ in milestone_pairs(context, milestones))


def milestone_pairs(
    context: ReportContext, milestones: Iterable[MilestoneStatus]
) -> Iterator[tuple[MilestoneView, MilestoneStatus]]:
    for m in sorted(milestones, key=lambda m: (m.closed or m.forecast or m.due or date.max, m.title)):
        yield _milestone_view(context, m), m


def _milestone_view(context: ReportContext, m: MilestoneStatus) -> MilestoneView:
    return MilestoneView(
        context.titled(m.ref, m.title),
        m.baseline,
        m.due,
        m.closed or m.forecast,
        m.slip_days,
        m.state,
        SafeMarkdown(STATE_DOTS.get(m.state, "⚪")),
        m.state == MilestoneState.DONE,
        m.items_open,
        m.items_total,
        m.forecast_p80 if not m.closed and m.forecast_p80 != m.forecast else None,
    )


def acceptance_views(context: ReportContext, clocks: Iterable[Acceptance]) -> tuple[AcceptanceView, ...]:
    return tuple(
        AcceptanceView(
            context.titled(a.evidence[0] if a.evidence else "", a.milestone), a.amount, a.state, _when(context, a)
        )
        for a in clocks
    )


def _when(context: ReportContext, a: Acceptance) -> SafeMarkdown:
    """`Sep 7, 2026 (sent Sep 4)`, `sent Nov 20, by silence on Nov 27`, `send by Jan 25, 2027`."""
    words = context.templates.words
    if a.state.is_given and a.accepted_on:
        done = words.text(
            "accept.done" if a.sent else "accept.done_unsent",
            day=a.accepted_on,
            sent=words.day_beside(a.sent, a.accepted_on),
        )
        said = link(a.accepted_by, quiet(a.proof)) if a.accepted_by else None
        return words.text("accept.by", done=done, who=said) if said else done
    if a.state == AcceptanceState.SENT:
        return words.text("accept.running" if a.passive_on else "accept.sent", sent=a.sent, day=a.passive_on)
    if a.last_safe_sending and a.state in (AcceptanceState.OPEN, AcceptanceState.READY):
        quarter = SafeMarkdown(context.calendar.fiscal_quarter(a.last_safe_sending).name)
        return words.text("accept.send_by", day=a.last_safe_sending, quarter=quarter)
    return SafeMarkdown("")
