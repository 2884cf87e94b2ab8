"""An item that took far more than its estimate is where the plan was wrong; others like it will be, too."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import tell_worst
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "estimate_overrun_factor": Threshold(
        1.5, "times the estimate", "Open items that used this much of their estimate are reported"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    factor = subject.threshold("estimate_overrun_factor")
    over = [
        (item.spent_hours / item.estimate_hours, item)
        for item in subject.to_do
        if item.estimate_hours and item.spent_hours
    ]
    found = sorted((pair for pair in over if pair[0] >= factor), key=lambda pair: (-pair[0], pair[1].ref))
    if found:
        worst = found[0][1]
        yield tell_worst(
            [item for _, item in found],
            Phrase(
                "{n|# open item has|# open items have} used {factor} times the estimate or more; {title} {spent} of {hours}."
            ),
            Phrase("Re-estimate them, and look for similar work that is still to come."),
            factor=factor,
            spent=worst.spent_hours or 0,
            hours=hours(worst.estimate_hours or 0),
        )


RULE = Rule(id="estimate-overrun", severity=Severity.LOW, thresholds=THRESHOLDS, find=find)
