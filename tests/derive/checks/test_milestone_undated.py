from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.domain.model import Item, Milestone
from tests.builders import make_item, make_milestone
from tests.derive.checks.told import told


def _told(item: Item, *milestones: Milestone) -> list[Finding]:
    return told("milestone-undated", items=[item], milestones=milestones)


def test_an_undated_milestone_with_open_work_is_told() -> None:
    [found] = _told(make_item(milestone="Someday"), make_milestone("Someday"), make_milestone("Unused"))
    assert str(found.message) == '1 milestone with open work has no due date: "Someday".'


def test_quiet_when_dated_or_done() -> None:
    assert _told(make_item(milestone="Someday"), make_milestone("Someday", due_date="2026-12-04")) == []
    assert _told(make_item(milestone="Someday", closed="2026-11-02"), make_milestone("Someday")) == []
