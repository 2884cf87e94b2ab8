from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.derive.results import Budget
from bot.domain.model import Item
from tests.builders import make_item
from tests.derive.checks.told import told


def _told(to_go: float, *more: Item) -> list[Finding]:
    derived = {"budget": Budget(100.0, 60.0, burn=0.6)}
    return told(
        "estimates-over-budget", items=[make_item(1, estimate_hours=to_go + 5, spent_hours=5.0), *more], derived=derived
    )


def test_estimates_ten_percent_of_the_budget_beyond_what_is_left_are_told() -> None:
    [found] = _told(50.0)
    assert str(found.message) == "50 hours are estimated for the open work, but 40 hours of the budget are left."
    assert _told(49.9) == []


def test_says_nothing_where_a_fifth_of_the_open_work_has_no_estimate() -> None:
    others = [make_item(n, estimate_hours=1.0) for n in (2, 3, 4)]
    assert _told(90.0, *others, make_item(5)) != []
    assert _told(90.0, *others[:2], make_item(5)) == []


def test_says_nothing_without_a_budget() -> None:
    assert told("estimates-over-budget", items=[make_item(1, estimate_hours=90.0)]) == []


def test_an_item_over_its_estimate_has_nothing_left_but_takes_nothing_from_others() -> None:
    assert _told(50.0, make_item(2, estimate_hours=1.0, spent_hours=20.0)) != []
