from __future__ import annotations

from bot.domain.model import Item
from tests.builders import make_item, make_milestone
from tests.derive.checks.told import told


def _items(undated: int, dated: int) -> list[Item]:
    return [make_item(n) for n in range(undated)] + [make_item(100 + n, due_date="2026-12-01") for n in range(dated)]


def test_a_fifth_of_the_open_work_without_a_date_is_told() -> None:
    [found] = told("no-due-dates", items=_items(1, 4))
    assert str(found.message) == "1 of 5 open items (20 %) has no due date, neither their own nor a milestone's."
    assert told("no-due-dates", items=_items(1, 5)) == []


def test_planning_has_two_weeks_time() -> None:
    """10 working days from 2026-11-09 end on 2026-11-23."""
    facts = {"start": "2026-11-09"}
    assert told("no-due-dates", on="2026-11-20", facts=facts, items=_items(2, 0)) == []
    assert told("no-due-dates", on="2026-11-23", facts=facts, items=_items(2, 0)) != []


def test_a_dated_milestone_dates_its_items_and_an_undated_one_does_not() -> None:
    item = make_item(milestone="Wave 1")
    assert told("no-due-dates", items=[item], milestones=[make_milestone("Wave 1", due_date="2026-12-01")]) == []
    assert told("no-due-dates", items=[item], milestones=[make_milestone("Wave 1")]) != []
