"""What an internal note says of people's orders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast

from bot.derive.order_results import ColourOverride, OrderEntry, OrderState
from bot.derive.results import EngagementDerived, Status
from bot.report.context import ReportContext
from bot.report.parts.orders import orders_in_force
from bot.report.text.safe_text import neutralise

AT = datetime(2026, 11, 18, 9, tzinfo=UTC)
MUTE = OrderEntry("mute stale-items until 2026-12-20: @all known", "priya", AT, date(2026, 12, 20), word="mute")
COLOUR = OrderEntry("colour schedule green: agreed", "priya", AT, date(2026, 12, 18), word="colour")
NO_CONTEXT = cast(ReportContext, None)


def test_orders_in_force_are_listed_and_a_colour_with_the_computed_one() -> None:
    override = ColourOverride("schedule", "green", "red", "priya", date(2026, 12, 18), "agreed")
    refused = replace(COLOUR, state=OrderState.REFUSED)
    asked = OrderEntry("help", "priya", AT, word="help")
    derived = EngagementDerived(
        "a&1", orders=(MUTE, COLOUR, refused, asked), status=Status(overrides={"schedule": override})
    )
    mute, colour = orders_in_force(NO_CONTEXT, derived)
    assert (mute.until, mute.computed, colour.computed) == (date(2026, 12, 20), "", "red")


def test_what_people_wrote_notifies_nobody() -> None:
    [mute] = orders_in_force(NO_CONTEXT, EngagementDerived("a&1", orders=(MUTE,)))
    assert mute.text == neutralise("mute stale-items until 2026-12-20: @all known")
