"""What the team says is still to do does not fit into the hours that are left, whatever the pace was."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "estimates_over_budget_coverage": Threshold(0.8, "ratio", "Share of open work that must have estimates"),
    "estimates_over_budget_share": Threshold(
        0.1, "ratio", "Estimates beyond the hours left by this share of the budget are a risk"
    ),
}


def find(subject: Subject) -> Iterator[Finding]:
    """Only where most open work has estimates: else the sum says nothing."""
    budget = subject.derived.budget
    sized = [item for item in subject.to_do if item.estimate_hours]
    if (
        not budget.hours_budget
        or not sized
        or len(sized) < subject.threshold("estimates_over_budget_coverage") * len(subject.to_do)
    ):
        return
    to_go = sum(sorted(max(0.0, (item.estimate_hours or 0) - (item.spent_hours or 0)) for item in sized))
    left = max(0.0, budget.hours_budget - budget.hours_spent)
    if to_go - left >= subject.threshold("estimates_over_budget_share") * budget.hours_budget:
        yield Finding(
            Phrase(
                "{hours} are estimated for the open work, but {left} of the budget are left.",
                hours=hours(to_go),
                left=hours(left),
            ),
            (subject.engagement.ref,),
            Phrase("Check the estimates with the team; then less scope, a change order or a work exception."),
        )


RULE = Rule(id="estimates-over-budget", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
