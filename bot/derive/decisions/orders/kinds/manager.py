"""What the orders about a manager's forecast share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.derive.decisions.orders.order import Order
from bot.derive.order_results import ManagerForecast
from bot.derive.results import EngagementDerived


def with_forecast(derived: EngagementDerived, order: Order, what: str, value: date | float) -> EngagementDerived:
    """The last one about the finish, or about a quarter, counts: they are applied oldest first."""
    said = ManagerForecast(what, value, order.by, order.at, order.reason)
    return replace(derived, manager=(*(m for m in derived.manager if m.what != what), said))
