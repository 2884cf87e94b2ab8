from __future__ import annotations

from datetime import date
from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import Acceptance
from tests.derive.checks.told import told


def _told(**values: Any) -> list[Finding]:
    return told(
        "billing-milestone-undated", derived={"acceptance": (Acceptance("Wave 1", evidence=("x#1",), **values),)}
    )


def test_a_billing_milestone_without_a_date_is_told() -> None:
    [found] = _told()
    assert str(found.message) == '1 billing milestone has no date: "Wave 1".'
    assert found.evidence == ("x#1",)


def test_quiet_when_dated_or_sent() -> None:
    assert _told(due=date(2026, 12, 4)) == []
    assert _told(state="sent") == []
    assert _told(state="accepted") == []
