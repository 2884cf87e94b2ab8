"""Whose an item is, what of a portfolio's items is nobody's work, and what is said where several claim the same. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import IntEnum

from bot.domain.messages import Phrase, Text, commas, listing
from bot.domain.model import Engagement, Facts, Item
from bot.domain.paths import is_within, path_part


class Claim(IntEnum):
    """How an engagement comes to an item; the smaller one is the stronger."""

    NAMED = 1
    BELOW = 2
    IN_PROJECT = 3


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


def settle(engagements: Sequence[Engagement]) -> tuple[Engagement, ...]:
    """The engagements of a snapshot with each item, and the hours logged on it, in one of them alone.

    It is the one's whose `work` names it, else the nearest root's above it, else the root's of its project. Where two have
    the same claim, the one whose reference sorts first has it, and both say so. The root of one is no work of another.
    """
    roots = {e.ref for e in engagements}
    engagements = [_without(e, roots - {e.ref}) for e in engagements]
    holders: dict[str, list[Engagement]] = {}
    for engagement in engagements:
        for ref in {item.ref for item in engagement.items}:
            holders.setdefault(ref, []).append(engagement)
    shared = {ref: held for ref, held in holders.items() if len(held) > 1}
    if not shared:
        return tuple(engagements)
    parents = {item.ref: item.parent for e in engagements for item in e.items if item.parent}
    owners = {ref: _owners(ref, held, parents) for ref, held in shared.items()}
    return tuple(_with_own(e, owners) for e in engagements)


def _owners(ref: str, holders: Iterable[Engagement], parents: Mapping[str, str]) -> list[str]:
    """Whose claim is the strongest; several where they are equal, by reference."""
    above = _above(ref, parents)
    claims = {e.ref: _claim(ref, above, e) for e in holders}
    best = min(claims.values())
    return sorted(name for name, claim in claims.items() if claim == best)


def _above(ref: str, parents: Mapping[str, str]) -> list[str]:
    """What an item is below, nearest first, letter case folded."""
    seen: dict[str, None] = {}
    here = parents.get(ref)
    while here is not None and here.casefold() not in seen:
        seen[here.casefold()] = None
        here = parents.get(here)
    return list(seen)


def _claim(ref: str, above: Sequence[str], engagement: Engagement) -> tuple[Claim, int]:
    """The claim, and how far above the item the root stands."""
    names = {ref.casefold(), *above}
    if any(entry.casefold() in names or is_within(path_part(ref), entry.strip("/")) for entry in engagement.facts.work):
        return Claim.NAMED, 0
    root = engagement.ref.casefold()
    return (Claim.BELOW, above.index(root)) if root in above else (Claim.IN_PROJECT, 0)


def _without(engagement: Engagement, foreign: Collection[str]) -> Engagement:
    """The engagement without those items and the hours logged on them."""
    if not any(item.ref in foreign for item in engagement.items):
        return engagement
    return replace(
        engagement,
        items=tuple(item for item in engagement.items if item.ref not in foreign),
        timelogs=tuple(log for log in engagement.timelogs if log.item not in foreign),
    )


def _with_own(engagement: Engagement, owners: Mapping[str, Sequence[str]]) -> Engagement:
    claimed = {item.ref: owners[item.ref] for item in engagement.items if item.ref in owners}
    foreign = {ref for ref, names in claimed.items() if names[0] != engagement.ref}
    contested: dict[tuple[str, ...], list[str]] = {}
    for ref, names in claimed.items():
        if len(names) > 1 and engagement.ref in names:
            contested.setdefault(tuple(names), []).append(ref)
    told = (contest(engagement.ref, names, sorted(refs)) for names, refs in sorted(contested.items()))
    return replace(_without(engagement, foreign), errors=(*engagement.errors, *told))
