"""What of a portfolio's items is nobody's work, and what is said where several claim the same. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from bot.domain.messages import Phrase, Text, commas, listing
from bot.domain.model import Engagement, Facts, Item


def places_of(facts: Iterable[Facts]) -> frozenset[str]:
    """References, letter case folded, of what takes psbot's texts: internal places and customer channels."""
    named = (place for f in facts for place in (f.internal, f.customer_channel) if place)
    return frozenset(place.casefold() for place in named)


def mark_places(engagements: Iterable[Engagement], places: Collection[str]) -> tuple[Engagement, ...]:
    """The engagements with the items marked that take texts: no work, though somebody may log hours on them."""
    return tuple(
        replace(e, items=tuple(_marked(item, places) for item in e.items)) if places else e for e in engagements
    )


def _marked(item: Item, places: Collection[str]) -> Item:
    return item if item.takes_texts or item.ref.casefold() not in places else replace(item, takes_texts=True)


def contest(ref: str, claimants: Iterable[str], items: Iterable[str]) -> Text:
    """What the engagement `ref` says of items that several claim alike; the first of them has them."""
    names, refs = list(claimants), list(items)
    named = listing(refs) if len(refs) > 3 else commas(refs)
    others = commas([other for other in names if other != ref])
    if names[0] == ref:
        return Phrase(
            "work that {others} could claim as well: {items} count here, for this reference sorts first; say in `work` what is whose",
            others=others,
            items=named,
        )
    return Phrase(
        "work that {others} could claim as well: {items} count for {owner}, whose reference sorts first; say in `work` what is whose",
        others=others,
        items=named,
        owner=names[0],
    )
