from __future__ import annotations

import pytest

from bot.derive.results import Rag, Reason, Status
from tests.derive.checks.told import severity_told, told


@pytest.mark.parametrize(
    ("declared", "overall", "severity"),
    [
        ("green", "yellow", "low"),
        ("yellow", "red", "medium"),
        ("green", "red", None),
        ("green", "green", None),
        ("red", "yellow", None),
        (None, "red", None),
        ("green", "unknown", None),
    ],
)
def test_one_shade_too_good(declared: str | None, overall: str, severity: str | None) -> None:
    assert severity_told("declared-too-good", derived={"status": Status(overall, declared)}) == severity


def test_gives_the_reason_of_the_axis() -> None:
    status = Status("yellow", "green", scope=Rag("yellow", (Reason("Scope grew by 12 %.", ("x#1",)),)))
    [found] = told("declared-too-good", derived={"status": status})
    assert str(found.message) == "The status is declared green, but computed yellow: Scope grew by 12 %."
    assert found.evidence == ("x#1",)
