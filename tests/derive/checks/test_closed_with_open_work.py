from __future__ import annotations

from bot.derive.checks.engine import examine
from tests.builders import make_item, make_subject
from tests.derive.checks.told import told


def test_a_closed_engagement_with_open_work_contradicts_itself() -> None:
    items = [make_item(1), make_item(2, closed="2026-11-02")]
    [found] = told("closed-with-open-work", items=items, closed="2026-11-06")
    assert str(found.message) == "The engagement is closed with 1 item still open."
    assert found.evidence == (items[0].ref,)


def test_quiet_when_all_is_closed_or_the_engagement_is_open() -> None:
    assert told("closed-with-open-work", items=[make_item(closed="2026-11-02")], closed="2026-11-06") == []
    assert told("closed-with-open-work", items=[make_item(1)]) == []


def test_said_though_the_engagement_is_complete() -> None:
    subject = make_subject(items=[make_item(1)], closed="2026-11-06", derived={"phase": "complete"})
    assert "closed-with-open-work" in {risk.rule for risk in examine(subject).risks}
