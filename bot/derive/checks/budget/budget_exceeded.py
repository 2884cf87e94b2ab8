"""Hours beyond the budget are given away unless a change order or a work exception covers them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import WORKED, Gate, LifeStage
from bot.derive.checks.practices import Practice
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import has_exception, open_exceptions
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase, hours
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    budget = subject.derived.budget
    if budget.hours_budget is None or budget.hours_spent <= budget.hours_budget:
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
        Severity.MEDIUM if covered else None,
        hint=NOTHING if covered else _ask_for_exception(over, budget.hours_budget),
        is_covered=covered,
        is_risk=bool(subject.to_do) and budget.burn is not None,
    )


def _ask_for_exception(over: float, budget: float) -> Phrase:
    return Phrase(
        "{hours} over the budget of {budget} without a work exception or change order.",
        hours=hours(over),
        budget=hours(budget),
    )


GATE = Gate(
    "excess-hours-covered",
    LifeStage.CHANGE,
    WORKED,
    Phrase("Hours exceed the budget without a work exception."),
    practice=Practice.APPROVALS,
    asked=lambda s: s.derived.budget.burn is not None,
)

RULE = Rule(id="budget-exceeded", severity=Severity.HIGH, gate=GATE, find=find)
