"""Work that costs hours but has no date is outside of plan and forecast."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.config import Threshold
from bot.derive.phrases import count, figure, hours
from bot.derive.questions import due_day, hours_of, in_planning
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "hours-on-undated"
SEVERITY = "low"
THRESHOLDS = {
    "hours_on_undated_days": Threshold(14, "days", "How far back hours are looked at"),
    "hours_on_undated_hours": Threshold(8, "hours", "Fewer hours than this are not worth a word"),
}


def find_hours_on_undated(subject: Subject) -> Iterator[Finding]:
    since = subject.day - timedelta(days=int(subject.threshold("hours_on_undated_days")))
    undated = {item.ref for item in subject.to_do if due_day(subject, item) is None}
    logs = [log for log in subject.engagement.timelogs if log.item in undated and log.spent_at > since]
    spent = hours_of(logs)
    if logs and spent >= subject.threshold("hours_on_undated_hours") and not in_planning(subject):
        found = sorted({log.item for log in logs if log.item})
        yield Finding(
            f"{hours(spent)} logged in the last {figure(subject.threshold('hours_on_undated_days'))} days on "
            f"{count(len(found), 'open item')} without a due date.",
            tuple(found),
            "Give them a due date or a milestone.",
        )
