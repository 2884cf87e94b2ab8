from __future__ import annotations

import pytest

from tests.builders import make_item, make_milestone
from tests.derive.checks.told import told


@pytest.mark.parametrize(("due", "count"), [("2026-11-27", 1), ("2026-11-30", 0), ("2026-11-02", 1)])
def test_unassigned_work_due_within_five_working_days_is_told(due: str, count: int) -> None:
    assert len(told("unassigned-work", items=[make_item(due_date=due)])) == count


def test_a_milestone_date_counts_and_an_assignee_ends_it() -> None:
    milestones = [make_milestone("Wave 1", due_date="2026-11-24")]
    [found] = told("unassigned-work", items=[make_item(title="X", milestone="Wave 1")], milestones=milestones)
    assert str(found.message) == '1 item due soon or overdue has no assignee; the first, "X", is due 2026-11-24.'
    assert (
        told("unassigned-work", items=[make_item(milestone="Wave 1", assignees=("ann",))], milestones=milestones) == []
    )
