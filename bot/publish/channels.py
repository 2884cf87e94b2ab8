"""Whose a customer's channel is: it belongs to one customer. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.config import Settings
from bot.domain.customers import customer_name
from bot.domain.model import Engagement, Portfolio
from bot.domain.paths import path_part


def channel_faults(settings: Settings, portfolio: Portfolio) -> Mapping[str, str]:
    """Engagements whose `customer_channel` is another customer's, each with the reason."""
    shared = {ref.casefold() for ref in settings.reports.status.customer.shared_channels}
    homes = _homes(portfolio)
    found: dict[str, str] = {}
    for engagement in portfolio.engagements:
        channel = channel_of(engagement)
        if channel and channel not in shared:
            reason = next(_objections(engagement, channel, homes), None)
            if reason:
                found[engagement.ref] = (
                    f"{reason}; a channel belongs to one customer. If it is meant, name it under "
                    "`reports.status.customer.shared_channels`"
                )
    return found


def customer_of(engagement: Engagement) -> str:
    """Who the customer is."""
    return customer_name(engagement.ref, engagement.facts)


def channel_of(engagement: Engagement) -> str:
    """Its customer channel in small letters; "" for none."""
    return (engagement.facts.customer_channel or "").casefold()


@dataclass(frozen=True)
class _Homes:
    """Who lives where, of the places in which customer channels lie; in the order of the portfolio."""

    items: Mapping[str, list[Engagement]]
    """By reference."""
    places: Mapping[str, list[Engagement]]
    """By project or group."""
    channels: Mapping[str, list[Engagement]]
    order: Mapping[str, int]


def _homes(portfolio: Portfolio) -> _Homes:
    channels: dict[str, list[Engagement]] = defaultdict(list)
    for engagement in portfolio.engagements:
        if channel := channel_of(engagement):
            channels[channel].append(engagement)
    wanted = {path_part(channel) for channel in channels}
    items: dict[str, list[Engagement]] = defaultdict(list)
    places: dict[str, list[Engagement]] = defaultdict(list)
    for engagement in portfolio.engagements if channels else ():
        refs = {engagement.ref.casefold(), *(item.ref.casefold() for item in engagement.items)}
        for ref in refs & channels.keys():
            items[ref].append(engagement)
        for place in {path_part(ref) for ref in refs} & wanted:
            places[place].append(engagement)
    order = {engagement.ref: number for number, engagement in enumerate(portfolio.engagements)}
    return _Homes(items, places, channels, order)


def _objections(engagement: Engagement, channel: str, homes: _Homes) -> Iterator[str]:
    customer, there = customer_of(engagement), homes.places.get(path_part(channel), [])
    ours = any(customer_of(e) == customer for e in there)
    lives = [*homes.items.get(channel, ()), *(() if ours else there)]
    for other in sorted(lives, key=lambda e: homes.order[e.ref]):
        if customer_of(other) != customer:
            yield f"`customer_channel` {channel} lies where {other.ref} of another customer lives"
    for other in homes.channels[channel]:
        if customer_of(other) != customer and not ours:
            yield f"`customer_channel` {channel} is that of {other.ref} of another customer as well"
