"""Two books that don't agree: what is invoiced (timesheets) is not what the team says it did (GitLab)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import hours_of
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "hours_difference_hours": Threshold(8, "hours", "A smaller difference than this is not worth a word"),
    "hours_difference_share": Threshold(0.05, "ratio", "Nor is one below this share of all hours"),
}


def find(subject: Subject) -> Iterator[Finding]:
    gap = subject.engagement.hours_difference
    total = hours_of(subject.engagement.timelogs)
    if (
        gap is None
        or abs(gap) < subject.threshold("hours_difference_hours")
        or abs(gap) < subject.threshold("hours_difference_share") * total
    ):
        return
    yield Finding(
        Phrase("The timesheets have {hours} more than GitLab's time logs.", hours=hours(gap))
        if gap > 0
        else Phrase("The timesheets have {hours} less than GitLab's time logs.", hours=hours(-gap)),
        (subject.engagement.ref,),
        Phrase("Compare both by person and week; correct the one that is wrong before approval."),
    )


RULE = Rule(id="hours-difference", severity=Severity.LOW, thresholds=THRESHOLDS, find=find)
