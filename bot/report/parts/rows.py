"""Rows of the tables that several reports share: risks, milestones, acceptance clocks, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.derive.results import SEVERITIES, Acceptance, EngagementDerived, MilestoneStatus, Risk
from bot.model import Engagement, Item
from bot.report.context import ReportContext, items_by_ref
from bot.report.safe_text import SafeMarkdown

ACCEPTED = ("accepted", "passively_accepted")
STATE_DOTS = {"done": "✅", "on_track": "🟢", "at_risk": "🟡", "late": "🔴"}
SEVERITY_DOTS = {"low": "⚪", "medium": "🟡", "high": "🟠", "critical": "🔴"}


@dataclass(frozen=True, slots=True)
class RiskView:
    """A risk with what is done about it, by whom, and the evidence."""

    severity: str
    dot: SafeMarkdown
    message: str
    action: str
    owner: str | None
    links: tuple[SafeMarkdown, ...]
    score: int | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class AcceptanceView:
    """A billing milestone's way to Finance, and the last safe day to send the sign-off request."""

    milestone: SafeMarkdown
    amount: float | None
    state: str
    sent: date | None
    passive_on: date | None
    accepted_on: date | None
    send_by: date | None


def risk_views(context: ReportContext, derived: EngagementDerived, engagement: Engagement) -> tuple[RiskView, ...]:
    """The risks, gravest first. Whoever holds the register's or the evidence's issue owns it; else the PM."""
    items = items_by_ref(engagement)
    return tuple(
        RiskView(
            risk.severity,
            SafeMarkdown(SEVERITY_DOTS.get(risk.severity, "⚪")),
            risk.message,
            risk.action,
            _owner(risk, items, engagement.facts.pm),
            context.links(risk.evidence),
            risk.score,
        )
        for risk in sorted(derived.risks, key=gravity)
    )


def gravity(risk: Risk) -> tuple[int, int, str, tuple[str, ...]]:
    """Sort key: gravest first, then by score, then in a fixed order."""
    rank = SEVERITIES.index(risk.severity) if risk.severity in SEVERITIES else 0
    return (-rank, -(risk.score or 0), risk.rule, risk.evidence)


def _owner(risk: Risk, items: Mapping[str, Item], pm: str | None) -> str | None:
    if risk.owner:
        return risk.owner
    return next((items[ref].assignees[0] for ref in risk.evidence if ref in items and items[ref].assignees), pm)


def milestone_views(context: ReportContext, milestones: Iterable[MilestoneStatus]) -> tuple[MilestoneView, ...]:
    """Milestones by date; those that can't be dated last."""
    ordered = sorted(milestones, key=lambda m: (m.closed or m.forecast or m.due or date.max, m.title))
    return tuple(
        MilestoneView(
            context.titled(m.ref, m.title),
            m.baseline,
            m.due,
            m.closed or m.forecast,
            m.slip_days,
            m.state,
            SafeMarkdown(STATE_DOTS.get(m.state, "⚪")),
            m.state == "done",
            m.items_open,
            m.items_total,
        )
        for m in ordered
    )


def acceptance_views(context: ReportContext, clocks: Iterable[Acceptance]) -> tuple[AcceptanceView, ...]:
    return tuple(
        AcceptanceView(
            context.titled(a.evidence[0] if a.evidence else "", a.milestone),
            a.amount,
            a.state,
            a.sent,
            a.passive_on if a.state == "sent" else None,
            a.accepted_on,
            a.last_safe_sending if a.state in ("open", "ready") else None,
        )
        for a in clocks
    )
