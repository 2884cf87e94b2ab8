from __future__ import annotations

from tests.builders import make_item
from tests.derive.checks.told import told


def test_an_open_approval_is_told_since_its_label() -> None:
    item = make_item(1, title="Start early", labels=("work-at-risk",), label_dates={"work-at-risk": "2026-11-10"})
    [found] = told("work-at-risk", items=[item])
    assert str(found.message) == '1 work-at-risk approval is open, "Start early" since 2026-11-10.'
    assert found.evidence == (item.ref,)


def test_closed_or_other_issues_are_quiet() -> None:
    items = [make_item(1, labels=("work-at-risk",), closed="2026-11-10"), make_item(2, labels=("WE-time",))]
    assert told("work-at-risk", items=items) == []
