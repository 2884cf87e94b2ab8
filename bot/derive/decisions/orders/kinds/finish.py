"""`psbot finish DATE: reason`: the manager's forecast of the finish, shown beside the computed one and scored like it."""

from __future__ import annotations

from bot.derive.decisions.orders.kinds.manager import with_forecast
from bot.derive.decisions.orders.order import Given, Order, OrderKind, OrderScope, read_day, split_reason
from bot.derive.results import EngagementDerived


def _read(text: str, scope: OrderScope) -> Given:
    head, reason = split_reason(text)
    return Given({"day": read_day(head)}, None, reason)


def _adjust(derived: EngagementDerived, order: Order) -> EngagementDerived:
    return with_forecast(derived, order, "finish", order.given.values["day"])


ORDER = OrderKind(
    meaning="your forecast of the finish, beside the computed one; both are scored",
    example="psbot finish 2027-01-15: the team's own plan",
    read=_read,
    adjust=_adjust,
)
