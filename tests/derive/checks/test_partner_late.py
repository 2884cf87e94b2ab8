from __future__ import annotations

from bot.derive.checks.rule import Finding
from tests.builders import make_item
from tests.derive.checks.told import told


def _told(due: str, labels: tuple[str, ...] = ("partner::Initech",)) -> list[Finding]:
    return told("partner-late", items=[make_item(title="Wave", labels=labels, due_date=due)])


def test_overdue_partner_work_is_told_by_partner() -> None:
    [found] = _told("2026-11-18")
    assert (str(found.message), found.severity) == ('1 item of Initech is overdue; "Wave" since 2026-11-18.', None)
    assert _told("2026-11-20") == []


def test_ten_working_days_are_high() -> None:
    assert [_told(due)[0].severity for due in ("2026-11-09", "2026-11-06")] == [None, "high"]


def test_our_own_work_is_another_rule() -> None:
    assert _told("2026-11-06", labels=()) == []
