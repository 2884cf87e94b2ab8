"""What of a portfolio's items is nobody's work, and that each item is one engagement's (CONTRACT §4, §5). Pure."""

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


def part_ways(engagements: Iterable[Engagement]) -> tuple[Engagement, ...]:
    """Each item, with its hours, with the engagement whose reference sorts first; where others had it too, all say so."""
    found = tuple(engagements)
    owners: dict[str, list[str]] = {}
    for engagement in sorted(found, key=lambda e: e.ref):
        for ref in {item.ref for item in engagement.items}:
            owners.setdefault(ref, []).append(engagement.ref)
    shared = {ref: names for ref, names in owners.items() if len(names) > 1}
    return tuple(_without_others(e, shared) for e in found) if shared else found


def _without_others(engagement: Engagement, shared: dict[str, list[str]]) -> Engagement:
    gone = {ref for ref, names in shared.items() if names[0] != engagement.ref}
    mine = {item.ref: shared[item.ref] for item in engagement.items if item.ref in shared}
    if not mine:
        return engagement
    claims = sorted({tuple(names) for names in mine.values()})
    errors = [contest(engagement.ref, names, [r for r in sorted(mine) if tuple(mine[r]) == names]) for names in claims]
    return replace(
        engagement,
        items=tuple(item for item in engagement.items if item.ref not in gone),
        timelogs=tuple(log for log in engagement.timelogs if log.item not in gone),
        errors=(*engagement.errors, *errors),
    )


def contest(ref: str, claimants: Iterable[str], items: Iterable[str]) -> Text:
    """What the engagement `ref` says of items that several claim alike; the first of them has them."""
    names, refs = list(claimants), list(items)
    named = listing(refs) if len(refs) > 3 else commas(refs)
    others = commas([other for other in names if other != ref])
    if names[0] == ref:
        return Phrase(
            "{others} claim the same work: {items} count here, for this reference sorts first; say in `work` what is whose",
            others=others,
            items=named,
        )
    return Phrase(
        "{others} claim the same work: {items} count for {owner}, whose reference sorts first; say in `work` what is whose",
        others=others,
        items=named,
        owner=names[0],
    )
