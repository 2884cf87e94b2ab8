"""An engagement in which nothing moves for weeks is on hold in fact: the customer, the forecast and the bookings should know."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.upkeep.no_weekly_update import STATUS_CURRENT
from bot.derive.decisions.questions import last_activity
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Phase, Severity

THRESHOLDS = {
    "stale_engagement_days": Threshold(14, "days", "An engagement in which nothing happened for this long is stale")
}


def find(subject: Subject) -> Iterator[Finding]:
    last = last_activity(subject)
    if last is None or not subject.to_do or subject.derived.phase != Phase.ACTIVE:
        return
    days = (subject.day - last).days
    if days >= subject.threshold("stale_engagement_days"):
        yield Finding(
            Phrase(
                "Nothing has moved since {last}: no item created, changed or closed and no hours logged, with {n|# item|# items} open.",
                last=last,
                n=len(subject.to_do),
            ),
            (subject.engagement.ref,),
            Phrase("Ask whether the work is on hold; if so say it in status, bookings and forecast."),
        )


RULE = Rule(id="stale-engagement", severity=Severity.HIGH, thresholds=THRESHOLDS, gate=STATUS_CURRENT, find=find)
