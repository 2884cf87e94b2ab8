from __future__ import annotations

from datetime import date

import pytest

from bot.derive.results import MilestoneStatus, Schedule
from bot.domain.vocabulary import MilestoneState
from tests.derive.checks.told import told


def _late(
    title: str = "Wave 1", due: str = "2026-11-13", state: MilestoneState = MilestoneState.LATE
) -> MilestoneStatus:
    return MilestoneStatus(title, f"p%{title}", due=date.fromisoformat(due), state=state, items_open=2, items_total=5)


def test_names_the_milestone_that_is_late_longest() -> None:
    milestones = (_late(), _late("Wave 0", "2026-11-06"))
    [found] = told("milestone-overdue", derived={"schedule": Schedule(milestones=milestones)})
    assert str(found.message) == (
        '2 milestones are past the due date; "Wave 0" was due on 2026-11-06 and has 2 of 5 items still open.'
    )
    assert found.evidence == ("p%Wave 0", "p%Wave 1")


@pytest.mark.parametrize("state", [MilestoneState.DONE, MilestoneState.ON_TRACK, MilestoneState.AT_RISK])
def test_other_states_are_not_overdue(state: MilestoneState) -> None:
    assert told("milestone-overdue", derived={"schedule": Schedule(milestones=(_late(state=state),))}) == []
