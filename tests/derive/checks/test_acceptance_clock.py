from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.checks.rule import Finding
from bot.derive.results import Acceptance
from tests.derive.checks.told import told


def _told(**values: Any) -> list[Finding]:
    given: dict[str, Any] = {"state": "sent", "sent": date(2026, 11, 17), "evidence": ("x#1",)}
    acceptance = Acceptance("Wave 1", **given | values)
    return told("acceptance-clock", derived={"acceptance": (acceptance,)})


@pytest.mark.parametrize(
    ("passive_on", "count"), [(date(2026, 11, 25), 0), (date(2026, 11, 24), 1), (date(2026, 11, 23), 1)]
)
def test_silent_acceptance_within_two_working_days_is_told(passive_on: date, count: int) -> None:
    assert len(_told(passive_on=passive_on)) == count


def test_names_the_day_of_silent_acceptance() -> None:
    [found] = _told(passive_on=date(2026, 11, 23))
    assert (
        str(found.message) == '1 sign-off request is without an answer: "Wave 1" counts as accepted after 2026-11-23.'
    )
    assert found.severity is None


def test_without_silent_acceptance_five_working_days_are_high() -> None:
    [found] = _told(sent=date(2026, 11, 13))
    assert str(found.message) == (
        '1 sign-off request is without an answer: "Wave 1" sent on 2026-11-13, and silence does not accept it.'
    )
    assert found.severity == "high"
    assert _told(sent=date(2026, 11, 16)) == []


def test_an_unknown_day_of_sending_is_told() -> None:
    [found] = _told(sent=None)
    assert '"Wave 1" sent on a day that is not known' in str(found.message)


@pytest.mark.parametrize("state", ["open", "ready", "accepted", "passively_accepted"])
def test_other_states_have_no_clock(state: str) -> None:
    assert _told(state=state, passive_on=date(2026, 11, 23)) == []
