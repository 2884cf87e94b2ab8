"""Whose a customer's channel is: it belongs to one customer. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.config import Settings
from bot.domain.customers import customer_name
from bot.domain.model import Engagement, Portfolio
from bot.domain.paths import path_part


def channel_faults(settings: Settings, portfolio: Portfolio) -> Mapping[str, str]:
    """Engagements whose `customer_channel` is another customer's, each with the reason."""
    shared = {ref.casefold() for ref in settings.reports.status.customer.shared_channels}
    found: dict[str, str] = {}
    for engagement in portfolio.engagements:
        channel = engagement.facts.customer_channel
        if channel and channel.casefold() not in shared:
            reason = next(_objections(engagement, channel.casefold(), portfolio, settings), None)
            if reason:
                found[engagement.ref] = (
                    f"{reason}; a channel belongs to one customer. If it is meant, name it under "
                    "`reports.status.customer.shared_channels`"
                )
    return found


def customer_of(engagement: Engagement) -> str:
    """Who the customer is."""
    return customer_name(engagement.ref, engagement.facts)


def _objections(engagement: Engagement, channel: str, portfolio: Portfolio, settings: Settings) -> Iterator[str]:
    others = [e for e in portfolio.engagements if customer_of(e) != customer_of(engagement)]
    place = path_part(channel)
    same = [e for e in portfolio.engagements if customer_of(e) == customer_of(engagement)]
    ours = any(place in _own_places(e) for e in same)
    for other in others:
        root = other.ref.casefold() == channel or any(item.ref.casefold() == channel for item in other.items)
        if root or (not ours and place in _own_places(other)):
            yield f"`customer_channel` {channel} lies where {other.ref} of another customer lives"
    for other in others:
        theirs = (other.facts.customer_channel or "").casefold()
        if theirs == channel and not ours:
            yield f"`customer_channel` {channel} is that of {other.ref} of another customer as well"


def _own_places(engagement: Engagement) -> frozenset[str]:
    """The projects and groups in which the engagement itself and its work stand."""
    return frozenset({path_part(engagement.ref.casefold()), *(path_part(i.ref.casefold()) for i in engagement.items)})
