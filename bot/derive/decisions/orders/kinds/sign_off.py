"""What the orders about sign-off share."""

from __future__ import annotations

from dataclasses import replace

from bot.derive.decisions.orders.order import (
    Given,
    Order,
    OrderKind,
    OrderRefused,
    OrderScope,
    read_day,
    read_milestone,
    split_reason,
)
from bot.domain.model import Engagement, MilestoneFact


def sign_off_order(field: str, meaning: str, example: str) -> OrderKind:
    """An order that dates a sign-off: it sets `field` of the contract's milestone."""
    return OrderKind(
        meaning=meaning,
        example=example,
        read=read_sign_off,
        prepare=lambda engagement, order: with_sign_off(engagement, order, field),
    )


def read_sign_off(text: str, scope: OrderScope) -> Given:
    """`"Milestone" DATE: reason`; the day must not lie ahead. Raises OrderRefused."""
    title, rest = read_milestone(text, scope.engagement)
    head, reason = split_reason(rest)
    day = read_day(head)
    if day > scope.day:
        raise OrderRefused(f"{day.isoformat()} has not come yet")
    return Given({"milestone": title, "day": day}, None, reason)


def with_sign_off(engagement: Engagement, order: Order, field: str) -> Engagement:
    """The engagement with the date in its contract's milestone, which is added where the contract names none."""
    title, day = order.given.values["milestone"], order.given.values["day"]
    facts = engagement.facts
    named = facts.milestones
    if all(fact.milestone != title for fact in named):
        named = (*named, MilestoneFact(title))
    changed = tuple(replace(fact, **{field: day}) if fact.milestone == title else fact for fact in named)
    return replace(engagement, facts=replace(facts, milestones=changed))
