"""People's orders in an internal note: what is in force, folded, and how to give one, on a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.derive.results import EngagementDerived
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown, clean, neutralise

LONGEST = 300


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order in force: as it was written, by whom, until when, and what is computed in its place where that differs."""

    text: SafeMarkdown
    by: SafeMarkdown
    until: date | None
    computed: str = ""


def orders_in_force(context: ReportContext, derived: EngagementDerived) -> tuple[OrderView, ...]:
    """Mutes, colours, forecasts, dates and causes that hold, oldest first; help and undo hold nothing."""
    return tuple(_views(derived))


def _views(derived: EngagementDerived) -> Iterator[OrderView]:
    for order in derived.orders:
        if order.state != "obeyed" or order.word in ("help", "undo", "approve", ""):
            continue
        computed = next((o.computed for o in derived.status.overrides.values() if _is_of(order.order, o.axis)), "")
        yield OrderView(
            neutralise(clean(order.order, LONGEST)),
            neutralise(order.by),
            order.until,
            computed if order.word == "colour" else "",
        )


def _is_of(text: str, axis: str) -> bool:
    return axis in text.casefold().split()[:3]
