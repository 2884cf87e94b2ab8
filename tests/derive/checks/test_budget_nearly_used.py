from __future__ import annotations

import pytest

from bot.derive.results import Budget
from tests.builders import make_item
from tests.derive.checks.told import told


@pytest.mark.parametrize(("spent", "count"), [(79.9, 0), (80.0, 1), (100.0, 1), (100.1, 0)])
def test_told_from_eighty_percent_until_it_is_exceeded(spent: float, count: int) -> None:
    budget = Budget(100.0, spent, burn=spent / 100)
    assert len(told("budget-nearly-used", items=[make_item()], derived={"budget": budget})) == count


def test_says_what_is_left_while_work_is_open() -> None:
    budget = Budget(100.0, 85.5, burn=0.855)
    [found] = told("budget-nearly-used", items=[make_item()], derived={"budget": budget})
    assert str(found.message) == "86 % of the budget is used; 14.5 hours are left."
    assert told("budget-nearly-used", items=[], derived={"budget": budget}) == []
