from __future__ import annotations

import pytest

from bot.derive.checks.engine import examine
from bot.derive.results import Escalation, Rag, Reason, Status
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Colour, Severity
from tests.builders import make_subject
from tests.derive.checks.told import told

RED = Rag(Colour.RED, (Reason(Phrase("SPI is 0.7"), ("x#1", "x#2")),))


def test_declared_green_and_computed_red_with_reason_and_evidence() -> None:
    [found] = told("watermelon", derived={"status": Status(Colour.RED, Colour.GREEN, schedule=RED)})
    assert str(found.message) == "The status is declared green, but computed red (schedule): SPI is 0.7."
    assert found.evidence == ("x#1", "x#2")


@pytest.mark.parametrize(
    ("overall", "declared"),
    [(Colour.RED, Colour.YELLOW), (Colour.RED, None), (Colour.YELLOW, Colour.GREEN), (Colour.GREEN, Colour.GREEN)],
)
def test_anything_else_is_no_watermelon(overall: Colour, declared: Colour | None) -> None:
    assert told("watermelon", derived={"status": Status(overall, declared)}) == []


def test_the_axes_count_while_the_overall_colour_is_still_to_come() -> None:
    assert told("watermelon", derived={"status": Status(Colour.UNKNOWN, Colour.GREEN, budget=RED)}) != []


def test_a_critical_escalation_makes_it_red_whatever_the_axes_say() -> None:
    green = Rag(Colour.GREEN)
    subject = make_subject(
        derived={
            "status": Status(Colour.UNKNOWN, Colour.GREEN, None, green, green, green),
            "escalations": (Escalation("x#9", severity=Severity.CRITICAL),),
        }
    )
    found = examine(subject)
    risks, errors = found.risks, found.errors
    assert "watermelon" in {risk.rule for risk in risks}
    assert errors == ()
