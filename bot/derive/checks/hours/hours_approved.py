"""Hours are submitted on Friday and approved on Monday: those of a week ago should be."""

from __future__ import annotations

from bot.derive.checks.gate import WORKED, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.derive.decisions.questions import working_days_since
from bot.derive.subject import Subject
from bot.domain.messages import Phrase


def _are_approved(subject: Subject) -> bool:
    limit = subject.threshold("compliance_approval_days")
    pending = (log for log in subject.engagement.timelogs if log.billable and not log.approved)
    return all((working_days_since(subject, log.spent_at) or 0) <= limit for log in pending)


GATE = Gate(
    "hours-approved",
    LifeStage.DELIVER,
    WORKED,
    Phrase("Billable hours older than a week are not approved."),
    asked=lambda s: any(log.billable for log in s.engagement.timelogs),
)

RULE = Rule(id="hours-approved", severity=None, gate=GATE, find=lacking(_are_approved))
