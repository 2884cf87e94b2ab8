"""The labels by which a team marks its work: `labels:` of config.yml."""

from __future__ import annotations

from pydantic import Field

from bot.config.section import Distinct, Section
from bot.config.values import Prefix


class HealthLabels(Distinct):
    green: str = "health::on track"
    yellow: str = "health::needs attention"
    red: str = "health::at risk"


class SentimentLabels(Distinct):
    green: str = "sentiment::happy"
    yellow: str = "sentiment::concerned"
    red: str = "sentiment::unhappy"


class RaidLabels(Section):
    log: str = "PS RAID Log"
    risk: str = "PS Risk"
    action: str = "PS Action"
    issue: str = "PS Issue"
    decision: str = "PS Decision"


class PriorityLabels(Distinct):
    high: str = "PS:: Priority High"
    medium: str = "PS:: Priority Medium"
    low: str = "PS:: Priority Low"


class ChangeOrderLabels(Distinct):
    proposed: str = "change-order::proposed"
    approved: str = "change-order::approved"
    rejected: str = "change-order::rejected"


class AcceptanceLabels(Distinct):
    item: str = "acceptance"
    sent: str = "acceptance::sent"
    accepted: str = "acceptance::accepted"


class LabelSettings(Section):
    """Label names; a value ending in `::` or `-` is a prefix."""

    health: HealthLabels = HealthLabels()
    sentiment: SentimentLabels = SentimentLabels()
    raid: RaidLabels = RaidLabels()
    priority: PriorityLabels = PriorityLabels()
    impact: Prefix = "impact::"
    probability: Prefix = "probability::"
    escalation: str = "Escalated"
    severity: Prefix = "severity::"
    change_order: ChangeOrderLabels = ChangeOrderLabels()
    acceptance: AcceptanceLabels = AcceptanceLabels()
    exception: str = "WE-"
    work_at_risk: str = "work-at-risk"
    dropped: tuple[str, ...] = Field(
        ("wontfix", "won't do", "duplicate"),
        description="Closed with one of these is scope taken away, not work done",
    )
    waiting_customer: str = "waiting::customer"
    partner: str = "partner::"
    non_billable: str = "non-billable"
    win: tuple[str, ...] = ("ProjectWin", "CustomerStory")
    lesson: str = "ll"
    retro_complete: str = "RetroComplete"
    csat: Prefix = "csat::"
