from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.derive.results import Escalation, Status
from bot.domain.vocabulary import Colour
from tests.derive.checks.told import told


def _told(declared: Colour, count: int) -> list[Finding]:
    escalations = tuple(Escalation(f"x#{n}") for n in range(count))
    return told(
        "green-with-escalation", derived={"status": Status(Colour.YELLOW, declared), "escalations": escalations}
    )


def test_declared_green_with_an_escalation_contradicts_itself() -> None:
    [found] = _told(Colour.GREEN, 1)
    assert str(found.message) == "The status is declared green while 1 escalation is open."
    assert _told(Colour.GREEN, 0) == []
    assert _told(Colour.YELLOW, 1) == []
