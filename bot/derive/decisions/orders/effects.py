"""What orders in force do: facts corrected before anything is derived, results adjusted after."""

from __future__ import annotations

from collections.abc import Iterable

from bot.derive.decisions.orders.kinds import KINDS
from bot.derive.decisions.orders.order import Order
from bot.derive.order_results import OrderState
from bot.derive.results import EngagementDerived
from bot.domain.model import Engagement


def in_force(orders: Iterable[Order]) -> tuple[Order, ...]:
    """Orders that hold, oldest first."""
    return tuple(order for order in orders if order.state is OrderState.OBEYED)


def prepared(engagement: Engagement, orders: Iterable[Order]) -> Engagement:
    """The engagement with the facts that people corrected by order."""
    for order in in_force(orders):
        engagement = KINDS[order.word].prepare(engagement, order)
    return engagement


def adjusted(derived: EngagementDerived, orders: Iterable[Order]) -> EngagementDerived:
    """The results as people's orders want them published, the computed ones kept beside."""
    for order in in_force(orders):
        derived = KINDS[order.word].adjust(derived, order)
    return derived
