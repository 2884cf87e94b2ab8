"""When the budget is used faster than work gets done, the money ends before the work does."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Percent, Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "burn_ahead_gap": Threshold(0.1, "ratio", "Burn ahead of progress by this much is a risk"),
    "burn_ahead_high_gap": Threshold(0.25, "ratio", "Burn ahead of progress by this much is a high risk"),
}


def find(subject: Subject) -> Iterator[Finding]:
    burn, done = subject.derived.budget.burn, subject.derived.progress.percent
    if burn is None or done is None or burn > 1:  # beyond the budget: rule budget-exceeded
        return
    gap = round(burn - done, 6)
    if gap >= subject.threshold("burn_ahead_gap"):
        yield Finding(
            Phrase(
                "{burn} of the budgeted hours are used, but {done} of the work is done.",
                burn=Percent(burn),
                done=Percent(done),
            ),
            (subject.engagement.ref,),
            Phrase("Find what took longer than planned; re-estimate the rest, then cut scope or raise a change order."),
            Severity.HIGH if gap >= subject.threshold("burn_ahead_high_gap") else None,
        )


RULE = Rule(id="burn-ahead", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
