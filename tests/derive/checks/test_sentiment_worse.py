from __future__ import annotations

import pytest

from bot.derive.results import Status
from bot.domain.vocabulary import Colour
from tests.derive.checks.told import severity_told, told


@pytest.mark.parametrize(
    ("sentiment", "overall", "declared", "severity"),
    [
        (Colour.YELLOW, Colour.GREEN, None, "medium"),
        (Colour.RED, Colour.GREEN, None, "high"),
        (Colour.RED, Colour.YELLOW, Colour.GREEN, "medium"),
        (Colour.YELLOW, Colour.RED, Colour.GREEN, None),
        (Colour.GREEN, Colour.GREEN, None, None),
        (None, Colour.GREEN, Colour.GREEN, None),
        (Colour.RED, Colour.UNKNOWN, None, None),
        (Colour.RED, Colour.UNKNOWN, Colour.GREEN, "high"),
    ],
)
def test_the_customer_is_less_happy_than_the_status(
    sentiment: Colour | None, overall: Colour, declared: Colour | None, severity: str | None
) -> None:
    status = Status(overall, declared, sentiment)
    assert severity_told("sentiment-worse", derived={"status": status}) == severity


def test_tells_both_sides() -> None:
    [found] = told("sentiment-worse", derived={"status": Status(Colour.GREEN, Colour.YELLOW, Colour.RED)})
    assert str(found.message) == "The customer is unhappy, while the status is green (declared yellow)."
