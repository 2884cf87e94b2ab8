from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import Acceptance, Scope
from tests.derive.checks.told import told


def _told(*amounts: float | None, value: float | None = 10_000.0, approved: float = 0.0, **facts: Any) -> list[Finding]:
    return told(
        "billing-milestones-off-value",
        facts={"billing": "milestone", "value": value} | facts,
        derived={
            "acceptance": tuple(Acceptance(f"Wave {n}", amount) for n, amount in enumerate(amounts)),
            "scope": Scope(approved_value=approved),
        },
    )


def test_amounts_that_miss_the_value_are_told_with_both_sums() -> None:
    [found] = _told(6000.0, 3000.0)
    assert str(found.message) == "The billing milestones come to USD 9,000, the contract to USD 10,000."


def test_a_change_order_belongs_to_the_value() -> None:
    assert _told(6000.0, 4000.0) == []
    assert _told(6000.0, 4000.0, approved=2000.0) != []
    assert _told(6000.0, 4000.0, 2000.0, approved=2000.0) == []


def test_cents_of_rounding_an_amount_not_given_and_other_contracts_are_no_matter() -> None:
    assert _told(3333.33, 3333.33, 3333.33) == []
    assert _told(6000.0, None) == []
    assert _told() == []
    assert _told(6000.0, value=None) == []
    assert _told(6000.0, billing="fixed_price") == []
