from __future__ import annotations

from bot.derive.results import Escalation, Status
from bot.domain.vocabulary import Colour
from tests.derive.checks.told import told


def _told(overall: Colour, declared: Colour | None = None, escalations: tuple[Escalation, ...] = ()) -> list[str]:
    derived = {"status": Status(overall, declared), "escalations": escalations}
    return [str(f.message) for f in told("red-without-escalation", derived=derived)]


def test_red_computed_or_declared_asks_for_an_escalation() -> None:
    assert _told(Colour.RED) == ["The status is red (computed), and no escalation is open."]
    assert _told(Colour.YELLOW, Colour.RED) == ["The status is red (declared), and no escalation is open."]


def test_quiet_with_an_escalation_or_below_red() -> None:
    assert _told(Colour.RED, escalations=(Escalation("x#1"),)) == []
    assert _told(Colour.YELLOW, Colour.YELLOW) == []
    assert _told(Colour.UNKNOWN) == []
