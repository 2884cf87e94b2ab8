"""Customers should hear that the budget comes to an end while there is still enough of it to decide what to do with the rest."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Percent, Phrase, hours
from bot.domain.vocabulary import Severity

THRESHOLDS = {"budget_nearly_used_share": Threshold(0.8, "ratio", "Tell the customer from this share of the budget on")}


def find(subject: Subject) -> Iterator[Finding]:
    budget = subject.derived.budget
    if budget.burn is None or budget.hours_budget is None or not subject.to_do:
        return
    if subject.threshold("budget_nearly_used_share") <= budget.burn <= 1:
        left = budget.hours_budget - budget.hours_spent
        yield Finding(
            Phrase("{share} of the budget is used; {hours} are left.", share=Percent(budget.burn), hours=hours(left)),
            (subject.engagement.ref,),
            Phrase("Tell the customer what the remaining hours will buy, and what they won't."),
        )


RULE = Rule(id="budget-nearly-used", severity=Severity.LOW, thresholds=THRESHOLDS, find=find)
