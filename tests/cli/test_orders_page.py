"""docs/orders.md names every order as it is understood."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.derive.catalog import vocabulary
from bot.derive.decisions.orders.kinds import KINDS
from bot.derive.decisions.orders.order import OrderKind, OrderScope
from tests.builders import make_engagement, make_milestone

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "orders.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", {kind.word: kind for kind in KINDS.values()}.values(), ids=lambda kind: kind.word)
def test_the_example_of_every_order_is_understood(kind: OrderKind) -> None:
    examples = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith(f"| `psbot {kind.word}")]
    scope = OrderScope(
        make_engagement(milestones=[make_milestone("Go-live")]), vocabulary().rules, date(2026, 11, 20), True
    )
    assert len(examples) == 1
    kind.read(examples[0].removeprefix(f"psbot {kind.word}").strip(), scope)
