from __future__ import annotations

from datetime import date

from bot.derive.checks.rule import Finding
from bot.derive.results import RaidEntry
from bot.domain.vocabulary import ItemState, RaidKind
from tests.derive.checks.told import told


def _told(due: date | None, kind: RaidKind = RaidKind.ACTION, state: ItemState = ItemState.OPENED) -> list[Finding]:
    return told("raid-overdue", derived={"raid": (RaidEntry("x#1", "Order it", kind, state, due=due),)})


def test_overdue_actions_and_issues_are_told() -> None:
    [found] = _told(date(2026, 11, 18))
    assert str(found.message) == '1 RAID action or issue is overdue; "Order it" since 2026-11-18.'
    assert _told(date(2026, 11, 18), RaidKind.ISSUE) != []
    assert _told(date(2026, 11, 20)) == []


def test_risks_decisions_and_closed_ones_are_quiet() -> None:
    assert _told(date(2026, 11, 18), RaidKind.RISK) == []
    assert _told(date(2026, 11, 18), RaidKind.DECISION) == []
    assert _told(date(2026, 11, 18), state=ItemState.CLOSED) == []
    assert _told(None) == []
