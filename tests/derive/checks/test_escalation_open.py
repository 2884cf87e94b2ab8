from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.derive.results import Escalation
from bot.domain.vocabulary import Severity
from tests.derive.checks.told import told


def _told(*severities: Severity) -> list[Finding]:
    found = tuple(Escalation(f"x#{n}", f"E{n}", s, 3 + n) for n, s in enumerate(severities))
    return told("escalation-open", derived={"escalations": found})


def test_names_the_worst() -> None:
    [found] = _told(Severity.LOW, Severity.HIGH, Severity.MEDIUM)
    assert str(found.message) == '3 escalations are open; "E1" (high) since 2026-11-16.'
    assert found.evidence == ("x#1", "x#0", "x#1", "x#2")
    assert found.severity is None


def test_a_critical_one_is_critical_and_none_is_quiet() -> None:
    assert _told(Severity.CRITICAL)[0].severity == "critical"
    assert _told() == []
