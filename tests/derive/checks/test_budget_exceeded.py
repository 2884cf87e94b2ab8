from __future__ import annotations

from bot.derive.checks.rule import Finding
from bot.derive.results import Budget
from bot.domain.model import Item
from tests.builders import PROJECT, REF, make_item
from tests.derive.checks.told import told


def _told(spent: float, *more: Item, numbers: tuple[int, ...] = (1,)) -> list[Finding]:
    items = [*(make_item(number) for number in numbers), *more]
    return told("budget-exceeded", items=items, derived={"budget": Budget(100.0, spent, burn=spent / 100)})


def test_hours_over_the_budget_without_a_work_exception_are_high() -> None:
    [found] = _told(112.5)
    assert (
        str(found.message)
        == "112.5 hours are used of 100 (12.5 hours over), with 1 item still open and no work exception."
    )
    assert found.severity is None


def test_a_work_exception_makes_it_medium() -> None:
    [found] = _told(112.5, make_item(2, labels=("WE-scoping",)))
    assert (found.severity, found.evidence) == ("medium", (REF, f"{PROJECT}#2"))


def test_the_last_hour_of_the_budget_is_within_it_and_finished_work_is_quiet() -> None:
    assert _told(100.0) == []
    assert _told(150.0, numbers=()) == []
