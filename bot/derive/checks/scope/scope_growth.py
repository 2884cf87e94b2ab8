"""Scope that grew without a change order is work nobody pays for, taken from the same people and dates."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Percent, Phrase, hours

ID = "scope-growth"
SEVERITY = "medium"
THEME = "scope"


def find_scope_growth(subject: Subject) -> Iterator[Finding]:
    """Colours and rule share their limits: growth_yellow and growth_red."""
    scope = subject.derived.scope
    if scope.growth is None or scope.growth < subject.threshold("growth_yellow"):
        return
    pending = NOTHING
    if scope.pending_hours:
        pending = Phrase("; change orders for {hours} are pending", hours=hours(scope.pending_hours))
    yield Finding(
        Phrase(
            "Scope grew by {share} since the baseline ({n|# item|# items} added to {baseline_items}) without a change order{pending}.",
            share=Percent(scope.growth),
            n=scope.added,
            baseline_items=scope.baseline_items,
            pending=pending,
        ),
        (subject.engagement.ref,),
        Phrase("Go through the added items with the customer: in scope, swapped, or a change order."),
        "high" if scope.growth >= subject.threshold("growth_red") else None,
    )
