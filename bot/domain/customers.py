"""Which items are another customer's, whatever `work` names. Pure.

An engagement is at home where its root and its customer's channel lie; another one also where its `work` says. What lies
in another customer's home, and not as deep in one of its own customer's, is that customer's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.domain.frozen import frozen
from bot.domain.messages import Phrase
from bot.domain.model import Engagement, Facts
from bot.domain.paths import is_within, path_part


def customer_name(ref: str, facts: Facts) -> str:
    """Who the customer is; an engagement that names none has one of its own."""
    return (facts.customer or "").strip().casefold() or ref.casefold()


@frozen
class Homes:
    """Where each customer is at home: reference of the engagement → customer, own paths, paths that its `work` names."""

    customers: Mapping[str, str]
    own: Mapping[str, tuple[str, ...]]
    named: Mapping[str, tuple[str, ...]]

    def stranger(self, ref: str, path: str) -> str | None:
        """The engagement of another customer to which something at `path` belongs rather than to `ref`; None for none.

        A home counts before what `work` says; of two that say the same, it is nobody's.
        """
        home, owner = self._deepest(self.own, ref, path, others=True)
        ours, _ = self._deepest(self.own, ref, path, others=False)
        if home or ours:
            return owner if home > ours else None
        named, owner = self._deepest(self.named, ref, path, others=True)
        ours, _ = self._deepest(self.named, ref, path, others=False)
        return owner if named >= ours else None

    def _deepest(
        self, places: Mapping[str, tuple[str, ...]], ref: str, path: str, *, others: bool
    ) -> tuple[int, str | None]:
        """The longest of the places that hold `path`, and whose it is: another customer's, or this one's. 0 for none."""
        mine = self.customers.get(ref)
        found = (
            (len(place), other)
            for other, held in places.items()
            if (self.customers[other] != mine) == others
            for place in held
            if is_within(path, place)
        )
        return max(found, default=(0, None))


def homes_of(engagements: Iterable[tuple[str, Facts]]) -> Homes:
    """The homes of engagements, given by reference and facts."""
    found = list(engagements)
    channels = {ref: facts.customer_channel for ref, facts in found}
    return Homes(
        {ref: customer_name(ref, facts) for ref, facts in found},
        {ref: tuple(path_part(place) for place in (ref, channels[ref]) if place) for ref, _ in found},
        {ref: tuple(path_part(entry) for entry in facts.work) for ref, facts in found},
    )


def keep_apart(engagements: Iterable[Engagement]) -> tuple[Engagement, ...]:
    """The engagements without another customer's items, hours and milestones; what was left out is said by number alone."""
    found = tuple(engagements)
    homes = homes_of((e.ref, e.facts) for e in found)
    return tuple(_apart(e, homes) for e in found)


def _apart(engagement: Engagement, homes: Homes) -> Engagement:
    if not engagement.facts.work:  # what is below the root, or in its project, is its own
        return engagement
    places = {i.ref: path_part(i.ref) for i in engagement.items}
    owners = {path: homes.stranger(engagement.ref, path) for path in set(places.values())}
    strange = {ref: owner for ref, path in places.items() if (owner := owners[path])}
    if not strange:
        return engagement
    gone = (m for m in engagement.milestones if homes.stranger(engagement.ref, path_part(m.ref)))
    milestones = frozenset(m.ref for m in gone)
    return replace(
        engagement,
        items=tuple(i for i in engagement.items if i.ref not in strange),
        timelogs=tuple(log for log in engagement.timelogs if log.item not in strange),
        milestones=tuple(m for m in engagement.milestones if m.ref not in milestones),
        errors=(*engagement.errors, *left_out(strange)),
    )


def left_out(strange: Mapping[str, str]) -> Iterable[Phrase]:
    """What an engagement says of items of others, given as item → the engagement it belongs to: how many, not which."""
    for owner in sorted(set(strange.values())):
        count = sum(name == owner for name in strange.values())
        yield Phrase("work: {n|# item|# items} of another customer ({owner}) left out", n=count, owner=owner)
