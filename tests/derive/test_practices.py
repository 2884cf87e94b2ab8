"""Gates nag about a practice only where the organisation has it, or where it is switched on."""

from __future__ import annotations

from typing import Any

from bot.derive.pipeline import derive_portfolio
from bot.domain.model import Item
from tests.builders import CALENDAR, make_engagement, make_item, make_portfolio, make_settings

OTHER = "acme/customers/initech&8"


def missing(*elsewhere: Item, **settings: Any) -> set[str]:
    """The gaps of a long engagement in its second month, beside another one with these items."""
    mine = make_engagement(items=[make_item(1, closed="2026-08-20"), make_item(2)])
    portfolio = make_portfolio(mine, make_engagement(ref=OTHER, items=elsewhere))
    day = make_item(created_at="2026-11-20").created_at
    assert day is not None
    found = derive_portfolio(portfolio, day.date(), make_settings(**settings), CALENDAR, forecast=False)
    [derived] = [e for e in found.engagements if e.ref == mine.ref]
    return {gap.check for gap in derived.compliance.missing} & {"iterations-planned", "retros-held"}


def test_nobody_is_asked_for_what_nobody_does() -> None:
    assert missing(make_item(3)) == set()


def test_what_some_do_is_asked_of_all() -> None:
    assert missing(make_item(3, iteration="Sprint 1")) == {"iterations-planned"}
    assert missing(make_item(3, labels=["ll::planning"])) == {"retros-held"}


def test_it_can_be_switched_on() -> None:
    assert missing(make_item(3), thresholds={"expect_practices": 1}) == {"iterations-planned", "retros-held"}
