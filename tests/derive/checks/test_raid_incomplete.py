from __future__ import annotations

from typing import Any

from bot.derive.checks.rule import Finding
from bot.derive.results import RaidEntry
from bot.domain.vocabulary import RaidKind
from tests.derive.checks.told import told


def _told(**values: Any) -> list[Finding]:
    entry = RaidEntry("x#1", "Runners", RaidKind.RISK, **{"missing": ("owner", "mitigation", "review date")} | values)
    return told("raid-incomplete", derived={"raid": (entry,)})


def test_names_what_is_missing() -> None:
    [found] = _told()
    assert str(found.message) == (
        '1 RAID entry lacks what makes it manageable; "Runners" has no owner, mitigation and review date.'
    )
    assert found.severity is None


def test_a_high_or_escalated_one_is_medium() -> None:
    assert _told(level="high")[0].severity == "medium"
    assert _told(escalated=True)[0].severity == "medium"
    assert _told(level="medium")[0].severity is None


def test_complete_and_closed_entries_are_quiet() -> None:
    assert _told(missing=()) == []
    assert _told(state="closed") == []
