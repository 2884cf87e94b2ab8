from __future__ import annotations

import pytest

from bot.derive.results import Status
from tests.derive.checks.told import told


@pytest.mark.parametrize(
    ("declared", "overall", "count"),
    [("red", "green", 1), ("yellow", "green", 1), ("red", "yellow", 0), ("green", "green", 0), ("red", "unknown", 0)],
)
def test_worse_than_the_evidence(declared: str, overall: str, count: int) -> None:
    assert len(told("declared-too-bad", derived={"status": Status(overall, declared)})) == count
