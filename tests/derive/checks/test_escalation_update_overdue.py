from __future__ import annotations

from datetime import date

from bot.derive.checks.rule import Finding
from bot.derive.results import Escalation
from bot.domain.vocabulary import Severity
from tests.derive.checks.told import told


def _told(overdue: bool, severity: Severity = Severity.HIGH) -> list[Finding]:
    found = (Escalation("x#1", "CIO", severity, 3, date(2026, 11, 18), overdue),)
    return told("escalation-update-overdue", derived={"escalations": found})


def test_a_missed_update_is_told_with_its_day() -> None:
    [found] = _told(True)
    assert str(found.message) == '1 escalation is without the promised update; "CIO" (high) was due on 2026-11-18.'
    assert _told(True, Severity.CRITICAL)[0].severity == "critical"
    assert _told(False) == []
