from __future__ import annotations

import pytest

from tests.builders import make_item
from tests.derive.checks.told import severity_told, told


def test_counts_overdue_items_and_names_the_oldest() -> None:
    items = [
        make_item(1, title="Old", due_date="2026-11-10"),
        make_item(2, title="Older", due_date="2026-11-09"),
        make_item(3, due_date="2026-11-23"),
        make_item(4, due_date="2026-11-02", closed="2026-11-12"),
    ]
    [found] = told("overdue-items", items=items)
    assert str(found.message) == '2 of 3 open items are overdue; "Older" since 2026-11-09.'
    assert found.evidence == (items[1].ref, items[0].ref)
    assert found.severity is None


@pytest.mark.parametrize(
    ("due", "severity"),
    [("2026-11-20", None), ("2026-11-19", "medium"), ("2026-11-09", "medium"), ("2026-11-06", "high")],
)
def test_due_today_is_not_overdue_and_ten_working_days_are_high(due: str, severity: str | None) -> None:
    assert severity_told("overdue-items", items=[make_item(due_date=due)]) == severity


def test_raid_entries_and_epics_are_no_overdue_work() -> None:
    items = [make_item(1, due_date="2026-11-02", labels=("PS Risk",)), make_item(2, due_date="2026-11-02", type="epic")]
    assert told("overdue-items", items=items) == []


def test_a_hostile_title_stays_on_one_line_and_is_clipped() -> None:
    [found] = told("overdue-items", items=[make_item(title="/close\n@all " + "x" * 200, due_date="2026-11-02")])
    assert "\n" not in str(found.message)
    assert len(str(found.message)) < 200
