"""`psbot cause "Milestone" client: text`: why a milestone's date moved."""

from __future__ import annotations

from dataclasses import replace

from bot.derive.decisions.orders.order import (
    Given,
    Order,
    OrderKind,
    OrderRefused,
    OrderScope,
    read_milestone,
    split_reason,
)
from bot.derive.order_results import SlipCause
from bot.derive.results import EngagementDerived

CAUSES = {
    "client": "client",
    "customer": "client",
    "internal": "internal",
    "third party": "third party",
    "scope": "scope",
}


def _read(text: str, scope: OrderScope) -> Given:
    title, rest = read_milestone(text, scope.engagement)
    head, reason = split_reason(rest)
    cause = CAUSES.get(head.casefold().replace("-", " "))
    if cause is None:
        raise OrderRefused("name the cause: client, internal, third party or scope")
    return Given({"milestone": title, "cause": cause}, None, reason)


def _adjust(derived: EngagementDerived, order: Order) -> EngagementDerived:
    """Slips of that milestone up to the day of the order have this cause, unless a later order says otherwise."""
    said = SlipCause(order.given.values["milestone"], order.given.values["cause"], order.reason, order.by, order.at)
    return replace(derived, causes=(*derived.causes, said))


ORDER = OrderKind(
    meaning="why the date moved: client, internal, third party or scope",
    example='psbot cause "Go-live" client: firewall not open',
    read=_read,
    adjust=_adjust,
)
