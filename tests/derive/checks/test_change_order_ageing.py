from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.checks.rule import Finding
from bot.derive.results import ChangeOrder, Scope
from bot.domain.vocabulary import ChangeOrderState
from tests.derive.checks.told import told


def _told(opened: str, state: ChangeOrderState = ChangeOrderState.PROPOSED, **values: Any) -> list[Finding]:
    order = ChangeOrder("x#1", "SSO", state, opened=date.fromisoformat(opened), **values)
    return told("change-order-ageing", derived={"scope": Scope(change_orders=(order,))})


def test_ten_working_days_without_a_decision_are_told_with_their_worth() -> None:
    [found] = _told("2026-11-06", value=12_000.0)
    assert str(found.message) == '1 change order waits for a decision; "SSO" since 2026-11-06, worth USD 12,000 in all.'
    assert found.severity is None
    assert _told("2026-11-09") == []


def test_twenty_working_days_are_high() -> None:
    assert _told("2026-10-26")[0].severity is None
    assert _told("2026-10-23")[0].severity == "high"


@pytest.mark.parametrize("state", [ChangeOrderState.APPROVED, ChangeOrderState.REJECTED])
def test_decided_ones_are_quiet(state: ChangeOrderState) -> None:
    assert _told("2026-10-01", state) == []


def test_one_closed_without_its_label_is_decided() -> None:
    assert _told("2026-10-01", decided=date(2026, 10, 9)) == []
