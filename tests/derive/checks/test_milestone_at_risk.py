from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.derive.checks.rule import Finding
from bot.derive.results import MilestoneStatus, Schedule
from tests.derive.checks.told import told


def _milestone(**values: Any) -> MilestoneStatus:
    given: dict[str, Any] = {"due": date(2026, 12, 4), "state": "at_risk"}
    return MilestoneStatus("Wave 1", "p%1", **given | values)


def _told(*milestones: MilestoneStatus) -> list[Finding]:
    return told("milestone-at-risk", derived={"schedule": Schedule(milestones=milestones)})


def test_a_likely_miss_is_high_and_says_by_how_much() -> None:
    [found] = _told(_milestone(forecast=date(2026, 12, 11), on_time_probability=0.2))
    assert str(found.message) == (
        '1 milestone may not make its date: "Wave 1" due 2026-12-04, likely 2026-12-11 (5 working days late), 20 % chance.'
    )
    assert (found.severity, found.evidence) == ("high", ("p%1",))


def test_a_forecast_on_the_due_date_itself_is_at_risk_only() -> None:
    [found] = _told(_milestone(forecast=date(2026, 12, 4)))
    assert found.severity is None
    assert str(found.message) == '1 milestone may not make its date: "Wave 1" due 2026-12-04.'


@pytest.mark.parametrize("state", ["on_track", "done", "late"])
def test_quiet_unless_the_milestone_is_at_risk(state: str) -> None:
    assert _told(_milestone(state=state, forecast=date(2026, 12, 11))) == []


def test_likely_misses_come_before_mere_risks() -> None:
    risky = replace(_milestone(), title="A risky one", ref="p%0")
    late = replace(_milestone(forecast=date(2026, 12, 7)), title="Late", ref="p%2")
    later = replace(_milestone(forecast=date(2026, 12, 8)), title="Later", ref="p%3")
    [found] = _told(risky, late, later)
    assert found.evidence == ("p%3", "p%2", "p%0")
