"""`psbot revenue FY27-Q4 120000: reason`: the manager's forecast of a quarter's revenue, beside the computed one."""

from __future__ import annotations

import re

from bot.derive.decisions.orders.kinds.manager import with_forecast
from bot.derive.decisions.orders.order import Given, Order, OrderKind, OrderRefused, OrderScope, split_reason
from bot.derive.results import EngagementDerived

_QUARTER = re.compile(r"FY\d\d-Q[1-4]")
_AMOUNT = re.compile(
    r"(?:[A-Z]{3}|[$€£])?\s*(\d{1,3}(?:[,' ]\d{3})+|\d{1,12})(\.\d{1,2})?\s*([kKmM])?(?:\s*(?:[A-Z]{3}|[$€£]))?"
)
_TIMES = {"k": 1e3, "m": 1e6}


def _read(text: str, scope: OrderScope) -> Given:
    head, reason = split_reason(text)
    quarter, _, amount = head.partition(" ")
    if not _QUARTER.fullmatch(quarter.upper()):
        raise OrderRefused(f'"{quarter[:20]}" is not a fiscal quarter; write it like FY27-Q4')
    match = _AMOUNT.fullmatch(amount.strip())
    if match is None:
        raise OrderRefused(f'"{amount.strip()[:30]}" is not an amount; write it like 120000')
    number = float(re.sub(r"[,' ]", "", match[1]) + (match[2] or "")) * _TIMES.get((match[3] or "").lower(), 1)
    return Given({"quarter": quarter.upper(), "amount": number}, None, reason)


def _adjust(derived: EngagementDerived, order: Order) -> EngagementDerived:
    return with_forecast(derived, order, order.given.values["quarter"], order.given.values["amount"])


ORDER = OrderKind(
    meaning="your forecast of a quarter's revenue, beside the computed one; both are scored",
    example="psbot revenue FY27-Q4 120000: the second wave moves",
    read=_read,
    adjust=_adjust,
)
