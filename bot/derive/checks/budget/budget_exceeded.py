"""Hours beyond the budget are given away unless a change order or a work exception covers them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding
from bot.derive.decisions.questions import has_exception, open_exceptions
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours

ID = "budget-exceeded"
SEVERITY = "high"
THEME = "budget"


def find_budget_exceeded(subject: Subject) -> Iterator[Finding]:
    budget = subject.derived.budget
    if budget.burn is None or budget.hours_budget is None or budget.burn <= 1 or not subject.to_do:
        return
    over = budget.hours_spent - budget.hours_budget
    covered = has_exception(subject)
    yield Finding(
        Phrase(
            "{spent} are used of {budget} ({over} over), with {n|# item|# items} still open and {exception}.",
            spent=hours(budget.hours_spent),
            budget=budget.hours_budget,
            over=hours(over),
            n=len(subject.to_do),
            exception=Phrase("a work exception") if covered else Phrase("no work exception"),
        ),
        (subject.engagement.ref, *(item.ref for item in open_exceptions(subject))),
        Phrase("Get the change order signed.")
        if covered
        else Phrase("Ask for a work exception today and raise a change order."),
        "medium" if covered else None,
    )
