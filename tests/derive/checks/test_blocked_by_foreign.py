from __future__ import annotations

from tests.builders import PROJECT, make_item
from tests.derive.checks.told import told


def test_names_open_and_unreadable_blockers_outside() -> None:
    other = make_item(ref="acme/other#5")
    items = [make_item(1, blocked_by=("acme/other#5",)), make_item(2, blocked_by=("secret/x#1", f"{PROJECT}#1"))]
    [found] = told("blocked-by-foreign", items=items, elsewhere={other.ref: other})
    assert str(found.message) == "2 items wait for work outside this engagement: acme/other#5 and secret/x#1."
    assert found.evidence == (items[0].ref, items[1].ref)


def test_closed_or_own_blockers_are_not_foreign() -> None:
    done = make_item(ref="acme/other#5", closed="2026-11-02")
    items = [make_item(1, blocked_by=(done.ref,)), make_item(2, blocked_by=(f"{PROJECT}#1",))]
    assert told("blocked-by-foreign", items=items, elsewhere={done.ref: done}) == []
