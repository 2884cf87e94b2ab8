"""Scope that grew without a change order is work nobody pays for, taken from the same people and dates."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.phrases import count, hours, percent
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "scope-growth"
SEVERITY = "medium"


def find_scope_growth(subject: Subject) -> Iterator[Finding]:
    """Colours and rule share their limits: growth_yellow and growth_red."""
    scope = subject.derived.scope
    if scope.growth is None or scope.growth < subject.threshold("growth_yellow"):
        return
    pending = f"; change orders for {hours(scope.pending_hours)} are pending" if scope.pending_hours else ""
    yield Finding(
        f"Scope grew by {percent(scope.growth)} since the baseline ({count(scope.added, 'item')} added to "
        f"{scope.baseline_items:,}) without a change order{pending}.",
        (subject.engagement.ref,),
        "Go through the added items with the customer: in scope, swapped, or a change order.",
        "high" if scope.growth >= subject.threshold("growth_red") else None,
    )
