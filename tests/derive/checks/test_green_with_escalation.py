from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.derive.results import Escalation, Status
from tests.derive.checks.told import told


def _told(declared: str, count: int) -> list[Finding]:
    escalations = tuple(Escalation(f"x#{n}") for n in range(count))
    return told("green-with-escalation", derived={"status": Status("yellow", declared), "escalations": escalations})


def test_declared_green_with_an_escalation_contradicts_itself() -> None:
    [found] = _told("green", 1)
    assert str(found.message) == "The status is declared green while 1 escalation is open."
    assert _told("green", 0) == []
    assert _told("yellow", 1) == []
