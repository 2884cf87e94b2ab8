"""Scope that grew without a change order is work nobody pays for, taken from the same people and dates."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import WORKED, Gate, LifeStage
from bot.derive.checks.rule import Finding, Rule
from bot.derive.scope.change_orders import is_pending
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Percent, Phrase, Value, hours
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    """Colours and rule share their limits: growth_yellow and growth_red."""
    scope = subject.derived.scope
    if scope.growth is None or scope.growth < subject.threshold("growth_yellow"):
        return
    proposed = any(is_pending(order) for order in scope.change_orders)
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
        tuple(item.ref for item in subject.at_baseline.added),
        Phrase("Go through the added items with the customer: in scope, swapped, or a change order."),
        Severity.HIGH if scope.growth >= subject.threshold("growth_red") else None,
        hint=_hint(proposed, share=Percent(scope.growth), day=scope.baseline_day),
        is_covered=proposed,
    )


def _hint(proposed: bool, **values: Value) -> Phrase:
    if proposed:
        return Phrase(
            "Scope grew by {share} since {day} without an approved change order, while one is proposed.", **values
        )
    return Phrase("Scope grew by {share} since {day} without an approved change order.", **values)


GATE = Gate(
    "scope-growth-covered",
    LifeStage.CHANGE,
    WORKED,
    Phrase("Scope grew, and no change order covers or proposes it."),
    asked=lambda s: s.derived.scope.growth is not None,
)

RULE = Rule(id="scope-growth", severity=Severity.MEDIUM, gate=GATE, find=find)
