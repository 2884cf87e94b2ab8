"""Hours that are not approved when the period closes are not invoiced, and not revenue of this quarter."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.decisions.questions import days_left_in_quarter, hours_of
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase, hours, listing
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "unapproved_hours_days": Threshold(5, "working days", "Before the end of a quarter: tell of hours not approved"),
    "unapproved_hours_hours": Threshold(1, "hours", "Fewer hours than this are not worth a word"),
}


def find(subject: Subject) -> Iterator[Finding]:
    """Near the end of the quarter; hours of earlier quarters at any time."""
    quarter = subject.calendar.fiscal_quarter(subject.day)
    pending = [log for log in subject.engagement.timelogs if not log.approved and log.billable]
    older = hours_of(log for log in pending if log.spent_at < quarter.first)
    ending = days_left_in_quarter(subject) <= subject.threshold("unapproved_hours_days")
    told = hours_of(pending) if ending else older
    if told < subject.threshold("unapproved_hours_hours") or told == 0:
        return
    people = sorted({log.user for log in pending if ending or log.spent_at < quarter.first})
    before = Phrase(", {hours} of them from earlier quarters", hours=hours(older)) if older else NOTHING
    yield Finding(
        Phrase(
            "Not approved yet: {hours} of {names}{before}; {quarter} ends on {last}.",
            hours=hours(told),
            names=listing(people),
            before=before,
            quarter=quarter.name,
            last=quarter.last,
        ),
        (subject.engagement.ref,),
        Phrase("Have them approved, or corrected, before the billing period closes."),
        Severity.HIGH if older else None,
    )


RULE = Rule(id="unapproved-hours", severity=Severity.MEDIUM, phases=EVERY_PHASE, thresholds=THRESHOLDS, find=find)
