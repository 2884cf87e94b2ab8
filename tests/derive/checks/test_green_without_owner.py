from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import Status
from bot.domain.vocabulary import Colour
from tests.derive.checks.told import told


def _told(overall: Colour = Colour.GREEN, declared: Colour | None = None, **values: Any) -> list[Finding]:
    return told("green-without-owner", derived={"status": Status(overall, declared)}, **values)


def test_green_needs_somebody_who_answers_for_it() -> None:
    assert [str(f.message) for f in _told()] == [
        "The status is green, but the engagement has neither a PM nor an assignee."
    ]
    assert _told(Colour.YELLOW, Colour.GREEN) != []


def test_quiet_with_a_pm_or_an_assignee_or_another_colour() -> None:
    assert _told(facts={"pm": "dana"}) == []
    assert _told(assignees=["dana"]) == []
    assert _told(Colour.YELLOW) == []
    assert _told(Colour.UNKNOWN) == []
