"""Weekly status is owed to every customer; a week without any change in GitLab leaves nothing true to tell."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import WORKING, Gate, LifeStage, once_planned
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import last_activity
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Phase, Severity

THRESHOLDS = {"no_weekly_update_days": Threshold(7, "days", "Days without any change that count as no weekly update")}


def find(subject: Subject) -> Iterator[Finding]:
    last = last_activity(subject)
    if last is None or not subject.to_do or subject.derived.phase != Phase.ACTIVE:
        return
    days = (subject.day - last).days
    if subject.threshold("no_weekly_update_days") <= days < subject.threshold("stale_engagement_days"):
        yield Finding(
            Phrase("No update for a week: the last change in GitLab was on {last}.", last=last),
            (subject.engagement.ref,),
            Phrase("Ask the team to bring their items and hours up to date before the status goes out."),
        )


def _is_known(subject: Subject) -> bool:
    """Whether there is work that should move, and its changes were read."""
    return bool(subject.to_do) and last_activity(subject) is not None and once_planned(subject)


STATUS_CURRENT = Gate(
    "status-current",
    LifeStage.DELIVER,
    WORKING,
    Phrase("Nothing in GitLab changed for a week or longer."),
    asked=_is_known,
)

RULE = Rule(id="no-weekly-update", severity=Severity.MEDIUM, thresholds=THRESHOLDS, gate=STATUS_CURRENT, find=find)
