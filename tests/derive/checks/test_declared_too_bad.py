from __future__ import annotations

import pytest

from bot.derive.results import Status
from bot.domain.vocabulary import Colour
from tests.derive.checks.told import told


@pytest.mark.parametrize(
    ("declared", "overall", "count"),
    [
        (Colour.RED, Colour.GREEN, 1),
        (Colour.YELLOW, Colour.GREEN, 1),
        (Colour.RED, Colour.YELLOW, 0),
        (Colour.GREEN, Colour.GREEN, 0),
        (Colour.RED, Colour.UNKNOWN, 0),
    ],
)
def test_worse_than_the_evidence(declared: Colour, overall: Colour, count: int) -> None:
    assert len(told("declared-too-bad", derived={"status": Status(overall, declared)})) == count
