"""The whole work will probably cost more hours than were sold: the forecast's hours at completion (P50)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import hours_at_completion
from bot.derive.subject import Subject
from bot.domain.messages import Percent, Phrase, hours
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "effort_over_budget_share": Threshold(0.1, "ratio", "Expected hours above the budget by this share are a risk"),
    "effort_over_budget_high_share": Threshold(
        0.25, "ratio", "Expected hours above the budget by this share are a high risk"
    ),
}


def find(subject: Subject) -> Iterator[Finding]:
    budget, done = subject.derived.budget, subject.derived.progress.percent or 0
    expected = hours_at_completion(subject.derived)
    if not budget.hours_budget or expected is None or (budget.burn or 0) > 1:
        return
    over = round(expected.p50 / budget.hours_budget - 1, 6)
    if over < subject.threshold("effort_over_budget_share") or done < subject.threshold("index_min_share"):
        return
    yield Finding(
        Phrase(
            "The work will probably take {hours}, {share} more than the {hours_budget} budgeted.",
            hours=hours(round(expected.p50)),
            share=Percent(over),
            hours_budget=budget.hours_budget,
        ),
        (subject.engagement.ref,),
        Phrase("Re-estimate what is left with the team, then choose: less scope, a change order or a work exception."),
        Severity.HIGH if over >= subject.threshold("effort_over_budget_high_share") else None,
    )


RULE = Rule(id="effort-over-budget", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
