from __future__ import annotations

from tests.builders import make_item
from tests.derive.checks.told import told


def test_items_due_after_the_sow_are_told_and_the_last_day_is_within() -> None:
    items = [
        make_item(1, due_date="2026-12-18"),
        make_item(2, due_date="2026-12-21"),
        make_item(3, due_date="2027-01-08"),
    ]
    [found] = told("work-planned-after-end", items=items)
    assert str(found.message) == "2 open items are due after the end of the SOW on 2026-12-18; the last on 2027-01-08."
    assert found.evidence == (items[2].ref, items[1].ref)
    assert told("work-planned-after-end", items=items[:1]) == []


def test_quiet_once_the_sow_has_ended() -> None:
    assert told("work-planned-after-end", on="2026-12-19", items=[make_item(due_date="2027-01-08")]) == []
