"""`psbot finish DATE: reason`: the manager's forecast of the finish, shown beside the computed one and scored like it."""

from __future__ import annotations

from dataclasses import replace

from bot.derive.decisions.orders.order import Given, Order, OrderKind, OrderScope, read_day, split_reason
from bot.derive.order_results import ManagerForecast
from bot.derive.results import EngagementDerived


def _read(text: str, scope: OrderScope) -> Given:
    head, reason = split_reason(text)
    return Given({"day": read_day(head)}, None, reason)


def _adjust(derived: EngagementDerived, order: Order) -> EngagementDerived:
    said = ManagerForecast("finish", order.given.values["day"], order.by, order.at, order.reason)
    return replace(derived, manager=(*(m for m in derived.manager if m.what != said.what), said))


ORDER = OrderKind(
    word="finish",
    usage="psbot finish DATE: reason",
    meaning="your forecast of the finish, beside the computed one; both are scored",
    example="psbot finish 2027-01-15: the team's own plan",
    read=_read,
    adjust=_adjust,
)
