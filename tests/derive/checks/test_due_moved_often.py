from __future__ import annotations

from bot.domain.model import Item
from tests.builders import make_item
from tests.derive.checks.told import told


def _item(*moves: tuple[str | None, ...]) -> Item:
    return make_item(title="X", due_history=[(before, after, "2026-10-01") for before, after in moves])


def test_three_moves_to_a_later_day_are_told() -> None:
    later = [("2026-10-02", "2026-10-09"), ("2026-10-09", "2026-10-16"), ("2026-10-16", "2026-10-23")]
    [found] = told("due-moved-often", items=[_item(*later)])
    assert str(found.message) == '1 open item had the due date put off 3 times or more; "X" 3 times.'
    assert told("due-moved-often", items=[_item(*later[:2])]) == []


def test_first_dates_and_moves_to_an_earlier_day_do_not_count() -> None:
    moves = [
        (None, "2026-10-02"),
        ("2026-10-02", "2026-10-09"),
        ("2026-10-09", "2026-10-05"),
        ("2026-10-05", "2026-10-06"),
    ]
    assert told("due-moved-often", items=[_item(*moves)]) == []
