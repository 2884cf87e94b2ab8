from __future__ import annotations

from bot.derive.checks.rule import Finding
from tests.builders import make_item, make_milestone
from tests.derive.checks.told import told


def _told(due: str, milestone_due: str | None = "2026-12-04") -> list[Finding]:
    milestones = [make_milestone("Wave 1", due_date=milestone_due)]
    return told(
        "due-after-milestone", items=[make_item(title="X", due_date=due, milestone="Wave 1")], milestones=milestones
    )


def test_an_item_due_a_day_after_its_milestone_contradicts_it() -> None:
    [found] = _told("2026-12-07")
    assert str(found.message) == (
        '1 open item is due after its milestone; "X" on 2026-12-07, its milestone "Wave 1" on 2026-12-04.'
    )
    assert _told("2026-12-04") == []


def test_undated_milestones_contradict_nothing() -> None:
    assert _told("2026-12-07", None) == []
