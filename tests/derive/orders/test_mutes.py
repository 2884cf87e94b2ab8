"""Mutes end, and hide nothing: what is back or grew is told, what is red is the director's to know."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.derive import derive_portfolio
from bot.derive.decisions.mutes import mute_payload
from bot.derive.results import EngagementDerived
from bot.domain.model import Item, PastReport, Reply, ThreadNote
from bot.domain.vocabulary import Audience
from tests.builders import CALENDAR, DAY, REF, make_engagement, make_item, make_portfolio, make_settings

MUTE = "psbot mute budget-exceeded until 2026-11-22: waiting for the signature"


def derive(
    *lines: str, day: date = DAY, spent: float = 25, memory: dict[str, Any] | None = None, more: Iterable[Item] = ()
) -> EngagementDerived:
    item = make_item(1, estimate_hours=20, spent_hours=spent)
    facts = {"pm": "priya", "hours": 10, "start": "2026-08-03", "end": "2026-12-18"}
    said = tuple(
        Reply("priya", line, datetime(2026, 11, 18, 12, n, tzinfo=UTC), ThreadNote(n + 1))
        for n, line in enumerate(lines)
    )
    payload = {"posted": {"on": "2026-11-19"}, **(memory or {})}
    past = [PastReport("status", Audience.INTERNAL, "2026-W47", REF, payload, replies=said)]
    portfolio = make_portfolio(make_engagement(items=[item, *more], facts=facts))
    return derive_portfolio(portfolio, day, make_settings(), CALENDAR, past=past, forecast=False).engagements[0]


def test_a_mute_that_hides_what_makes_an_axis_red_says_so() -> None:
    [muted] = derive(MUTE).muted
    assert (muted.theme, muted.hides_red, muted.grown) == ("budget", True, False)


def test_whatever_the_json_calls_a_risk_can_be_muted() -> None:
    register = make_item(2, title="Server late", labels=["PS Risk", "impact::4", "probability::4"])
    rules = {risk.rule for risk in derive(more=[register]).risks}
    assert "raid-risk" in rules
    muting = (f"psbot mute {rule} until 2026-11-22: seen" for rule in sorted(rules))
    muted = derive(*muting, more=[register])
    assert {mute.risk.rule for mute in muted.muted} == rules
    assert {order.state for order in muted.orders} == {"obeyed"}


def test_a_mute_makes_no_colour_better() -> None:
    assert derive(MUTE).status.overall == derive().status.overall == "red"
    both = derive(MUTE, "psbot colour scope green: agreed")
    assert both.status.overall == "red"


def test_what_was_muted_comes_back_with_a_word_and_for_a_week() -> None:
    muted = derive(MUTE)
    memory = mute_payload(muted)
    ended = date(2026, 11, 23)
    [back] = derive(MUTE, day=ended, memory=memory).returned
    assert (back.risk.rule, back.by, back.on) == ("budget-exceeded", "priya", ended)
    later = mute_payload(derive(MUTE, day=ended, memory=memory))
    assert derive(MUTE, day=ended + timedelta(days=6), memory=later).returned
    assert not derive(MUTE, day=ended + timedelta(days=7), memory=later).returned


def test_an_order_that_was_taken_back_or_deleted_ends_a_mute_with_a_word_too() -> None:
    memory = mute_payload(derive(MUTE))
    assert derive(MUTE, "psbot undo", memory=memory).returned
    assert derive(memory=memory).returned


def test_a_muted_risk_that_grew_is_told_while_it_is_muted_and_when_it_is_back() -> None:
    memory = {"muted": {"budget-exceeded": {"was": "low", "by": "priya"}}}
    [muted] = derive(MUTE, memory=memory).muted
    assert (muted.was, muted.grown) == ("low", True)
    [back] = derive(memory=memory).returned
    assert (back.was, back.grown) == ("low", True)
    assert mute_payload(derive(MUTE, memory=memory))["muted"]["budget-exceeded"]["was"] == "low"


def test_a_memory_that_somebody_damaged_costs_itself_alone() -> None:
    for damaged in ({"muted": 7}, {"muted": {"budget-exceeded": None}}, {"returned": {"x": {"on": "soon"}}}):
        assert derive(memory=damaged).errors == ()
