from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import Acceptance
from tests.derive.checks.told import told


def _told(amount: float | None, **facts: Any) -> list[Finding]:
    return told(
        "billing-milestone-without-amount",
        facts={"billing": "milestone"} | facts,
        derived={"acceptance": (Acceptance("Wave 1", amount),)},
    )


def test_an_amount_is_owed_where_acceptance_earns_revenue() -> None:
    [found] = _told(None)
    assert str(found.message) == '1 billing milestone has no amount: "Wave 1".'
    assert _told(0.0) == []
    assert _told(None, billing="time_and_materials") == []
    assert _told(None, recognition="as_delivered") == []
