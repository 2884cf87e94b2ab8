"""`psbot accepted "Milestone" DATE`: the customer accepted the milestone on that day."""

from __future__ import annotations

from bot.derive.decisions.orders.kinds.sign_off import read_sign_off, with_sign_off
from bot.derive.decisions.orders.order import Given, Order, OrderKind, Scope
from bot.domain.model import Engagement


def _read(text: str, scope: Scope) -> Given:
    return read_sign_off(text, scope)


def _prepare(engagement: Engagement, order: Order) -> Engagement:
    return with_sign_off(engagement, order, "sign_off_received")


ORDER = OrderKind(
    word="accepted",
    usage='psbot accepted "Milestone" DATE',
    meaning="the customer accepted the milestone on that day",
    read=_read,
    prepare=_prepare,
)
