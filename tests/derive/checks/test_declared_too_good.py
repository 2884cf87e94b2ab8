from __future__ import annotations

import pytest

from bot.derive.results import Rag, Reason, Status
from bot.domain.vocabulary import Colour
from tests.derive.checks.told import severity_told, told


@pytest.mark.parametrize(
    ("declared", "overall", "severity"),
    [
        (Colour.GREEN, Colour.YELLOW, "low"),
        (Colour.YELLOW, Colour.RED, "medium"),
        (Colour.GREEN, Colour.RED, None),
        (Colour.GREEN, Colour.GREEN, None),
        (Colour.RED, Colour.YELLOW, None),
        (None, Colour.RED, None),
        (Colour.GREEN, Colour.UNKNOWN, None),
    ],
)
def test_one_shade_too_good(declared: Colour | None, overall: Colour, severity: str | None) -> None:
    assert severity_told("declared-too-good", derived={"status": Status(overall, declared)}) == severity


def test_gives_the_reason_of_the_axis() -> None:
    status = Status(Colour.YELLOW, Colour.GREEN, scope=Rag(Colour.YELLOW, (Reason("Scope grew by 12 %.", ("x#1",)),)))
    [found] = told("declared-too-good", derived={"status": status})
    assert str(found.message) == "The status is declared green, but computed yellow: Scope grew by 12 %."
    assert found.evidence == ("x#1",)
