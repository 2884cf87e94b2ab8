from __future__ import annotations

from bot.derive.results import Escalation
from tests.derive.checks.told import told


def _told(path: bool, criteria: bool) -> list[str]:
    found = Escalation("x#1", "CIO", has_path_to_green=path, has_exit_criteria=criteria)
    return [str(f.message) for f in told("escalation-without-path", derived={"escalations": (found,)})]


def test_both_are_wanted() -> None:
    start = '1 escalation lacks what closes it: "CIO" has no '
    assert _told(False, False) == [start + "path to green and no exit criteria."]
    assert _told(True, False) == [start + "exit criteria."]
    assert _told(False, True) == [start + "path to green."]
    assert _told(True, True) == []
