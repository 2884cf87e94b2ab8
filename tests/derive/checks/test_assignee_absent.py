from __future__ import annotations

import pytest

from tests.builders import make_item
from tests.derive.checks.told import told


def test_work_of_people_who_left_is_told() -> None:
    items = [make_item(1, assignees=("zed",)), make_item(2, assignees=("Ann",)), make_item(3, assignees=("zed", "ann"))]
    [found] = told("assignee-absent", items=items, members=frozenset({"ann", "bob"}))
    assert str(found.message) == "1 open item is assigned to people who can't work here any more: zed."
    assert found.evidence == (items[0].ref,)


@pytest.mark.parametrize("members", [None, frozenset()])
def test_nothing_is_said_where_members_were_not_read(members: frozenset[object] | None) -> None:
    assert told("assignee-absent", items=[make_item(assignees=("zed",))], members=members) == []


def test_closed_and_unassigned_work_is_left_alone() -> None:
    items = [make_item(1, assignees=("zed",), closed="2026-11-02"), make_item(2)]
    assert told("assignee-absent", items=items, members=frozenset({"ann"})) == []
