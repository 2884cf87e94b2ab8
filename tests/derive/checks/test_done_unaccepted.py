from __future__ import annotations

from typing import Any

import pytest

from bot.derive.checks.engine import examine
from bot.derive.checks.rule import Finding
from bot.derive.results import Acceptance
from bot.domain.vocabulary import AcceptanceState
from tests.builders import make_item, make_subject
from tests.derive.checks.told import told


def _told(state: AcceptanceState = AcceptanceState.READY, closed: str = "2026-11-13", **values: Any) -> list[Finding]:
    acceptance = Acceptance("Wave 1", 30_000.0, state, evidence=("x#1",))
    items = [make_item(1, milestone="Wave 1", closed=closed), make_item(2, milestone="Wave 1", closed="2026-10-01")]
    return told("done-unaccepted", items=items, derived={"acceptance": (acceptance,)} | values)


def test_finished_but_not_sent_is_told_with_amount_and_age() -> None:
    [found] = _told(closed="2026-11-16")
    assert str(found.message) == (
        '1 milestone is done but not sent for acceptance: "Wave 1", worth USD 30,000; since 2026-11-16.'
    )
    assert found.severity is None


def test_five_working_days_are_high() -> None:
    assert _told(closed="2026-11-13")[0].severity == "high"


@pytest.mark.parametrize("state", [state for state in AcceptanceState if state is not AcceptanceState.READY])
def test_other_states_are_quiet(state: AcceptanceState) -> None:
    assert _told(state) == []


def test_said_though_the_engagement_is_complete() -> None:
    acceptance = Acceptance("Wave 1", None, AcceptanceState.READY)
    subject = make_subject(derived={"phase": "complete", "acceptance": (acceptance,)})
    assert "done-unaccepted" in {risk.rule for risk in examine(subject).risks}


def test_only_the_milestones_own_work_tells_since_when() -> None:
    items = [
        make_item(1, milestone="Wave 1", closed="2026-11-13"),
        make_item(2, milestone="Wave 2", closed="2026-11-20"),
    ]
    derived = {"acceptance": (Acceptance("Wave 1", None, AcceptanceState.READY),)}
    [found] = told("done-unaccepted", items=items, derived=derived)
    assert str(found.message).endswith("; since 2026-11-13.")
