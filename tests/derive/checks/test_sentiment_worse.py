from __future__ import annotations

import pytest

from bot.derive.results import Status
from tests.derive.checks.told import severity_told, told


@pytest.mark.parametrize(
    ("sentiment", "overall", "declared", "severity"),
    [
        ("yellow", "green", None, "medium"),
        ("red", "green", None, "high"),
        ("red", "yellow", "green", "medium"),
        ("yellow", "red", "green", None),
        ("green", "green", None, None),
        (None, "green", "green", None),
        ("red", "unknown", None, None),
        ("red", "unknown", "green", "high"),
    ],
)
def test_the_customer_is_less_happy_than_the_status(sentiment, overall, declared, severity) -> None:
    status = Status(overall, declared, sentiment)
    assert severity_told("sentiment-worse", derived={"status": status}) == severity


def test_tells_both_sides() -> None:
    [found] = told("sentiment-worse", derived={"status": Status("green", "yellow", "red")})
    assert str(found.message) == "The customer is unhappy, while the status is green (declared yellow)."
