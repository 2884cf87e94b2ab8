from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.domain.model import Item, Milestone
from tests.builders import PROJECT, make_item, make_milestone
from tests.derive.checks.told import told


def _told(item: Item, *milestones: Milestone) -> list[Finding]:
    return told("milestone-closed-with-open-work", items=[item], milestones=milestones)


def test_open_work_in_a_closed_milestone_is_told() -> None:
    item = make_item(1, milestone="Kickoff")
    [found] = _told(item, make_milestone("Kickoff", closed="2026-09-01"))
    assert str(found.message) == '1 item is still open in closed milestone "Kickoff".'
    assert found.evidence == (f'{PROJECT}%"Kickoff"', item.ref)


def test_quiet_when_the_work_is_closed_or_a_milestone_of_that_title_is_open() -> None:
    closed = make_milestone("Kickoff", closed="2026-09-01")
    assert _told(make_item(milestone="Kickoff", closed="2026-09-01"), closed) == []
    assert _told(make_item(milestone="Kickoff"), closed, make_milestone("Kickoff", ref="group%1")) == []
