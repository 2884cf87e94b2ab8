"""Work that costs hours but has no date is outside of plan and forecast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import due_day, hours_of, in_planning
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "hours_on_undated_days": Threshold(14, "days", "How far back hours are looked at"),
    "hours_on_undated_hours": Threshold(8, "hours", "Fewer hours than this are not worth a word"),
}


def find(subject: Subject) -> Iterator[Finding]:
    since = subject.day - timedelta(days=int(subject.threshold("hours_on_undated_days")))
    undated = {item.ref for item in subject.to_do if due_day(subject, item) is None}
    logs = [log for log in subject.engagement.timelogs if log.item in undated and log.spent_at > since]
    spent = hours_of(logs)
    if logs and spent >= subject.threshold("hours_on_undated_hours") and not in_planning(subject):
        found = sorted({log.item for log in logs if log.item})
        yield Finding(
            Phrase(
                "{hours} logged in the last {threshold} days on {n|# open item|# open items} without a due date.",
                hours=hours(spent),
                threshold=subject.threshold("hours_on_undated_days"),
                n=len(found),
            ),
            tuple(found),
            Phrase("Give them a due date or a milestone."),
        )


RULE = Rule(id="hours-on-undated", severity=Severity.LOW, thresholds=THRESHOLDS, find=find)
