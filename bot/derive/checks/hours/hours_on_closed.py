"""Hours on closed work mean that it was not done, or that they belong to something else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.config import Threshold
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.subject import Subject
from bot.domain.calendar import ONE_DAY
from bot.domain.messages import Phrase, hours
from bot.domain.model import TimeLog
from bot.domain.vocabulary import Severity

THRESHOLDS = {"hours_on_closed_days": Threshold(28, "days", "How far back hours are looked at")}


def find(subject: Subject) -> Iterator[Finding]:
    """Logs of the last days, later than the day after the close (people log on the next morning)."""
    since = subject.day - timedelta(days=int(subject.threshold("hours_on_closed_days")))
    spent: dict[str, float] = {}
    for log in sorted(subject.engagement.timelogs, key=lambda log: (log.spent_at, log.hours)):
        if log.item and log.spent_at > since and _was_closed(subject, log):
            spent[log.item] = spent.get(log.item, 0.0) + log.hours
    if spent:
        found = sorted(spent, key=lambda ref: (-spent[ref], ref))
        yield Finding(
            Phrase(
                "{hours} logged on {n|# item|# items} after {n|it was|they were} closed (last {threshold} days).",
                hours=hours(sum(spent[ref] for ref in found)),
                n=len(found),
                threshold=subject.threshold("hours_on_closed_days"),
            ),
            tuple(found),
            Phrase("Open the item again if work goes on, else move the hours to where they belong."),
        )


def _was_closed(subject: Subject, log: TimeLog) -> bool:
    item = subject.own_items.get(log.item or "")
    closed_at = item.closed_at if item and not item.is_open else None
    return closed_at is not None and log.spent_at > subject.calendar.local_day(closed_at) + ONE_DAY


RULE = Rule(id="hours-on-closed", severity=Severity.LOW, phases=EVERY_PHASE, thresholds=THRESHOLDS, find=find)
