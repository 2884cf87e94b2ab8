"""Which items are the work: only the lowest level counts, and what was dropped counts no more.

A parent with work below it (an epic, an issue split into tasks) is a container: it counts in nothing but the hours logged
on it. What it was given and its parts lack is handed down, so that the same work counts alike flat, split into tasks, or
under epics.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from bot.config import LabelSettings
from bot.derive.labels import is_dropped, is_work
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Engagement, Item
from bot.domain.vocabulary import EPIC, ValueBasis


@frozen
class Breakdown:
    """The items of an engagement by what they count as, each kind by reference.

    A part that has no estimate, weight, date, milestone or assignee of its own carries what its container hands down; a
    task is as old as the issue that it is a part of.
    """

    work: tuple[Item, ...] = ()
    dropped: tuple[Item, ...] = ()
    """Closed without being done: scope taken away."""
    containers: Mapping[str, Item] = field(default_factory=lambda: EMPTY)
    above: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY)
    """The containers that each piece of work is in, nearest first."""


def break_down(engagement: Engagement, labels: LabelSettings) -> Breakdown:
    """The engagement's items as work, dropped work and containers."""
    items = {item.ref: item for item in engagement.items}
    parents = _parents(items)
    work = sorted(ref for ref, item in items.items() if is_work(item, labels))
    holding = _holding(work, parents)
    containers = {ref: item for ref, item in items.items() if ref in holding}
    chains = _chains((ref for ref in work if ref not in holding), parents)
    leaves = [items[ref] for ref in chains]
    if containers:
        leaves = _handed_down(leaves, containers, chains)
    dropped = tuple(leaf for leaf in leaves if is_dropped(leaf, labels))
    gone = {leaf.ref for leaf in dropped}
    return Breakdown(
        work=tuple(leaf for leaf in leaves if leaf.ref not in gone) if gone else tuple(leaves),
        dropped=dropped,
        containers=containers,
        above=chains,
    )


def work_items(engagement: Engagement, labels: LabelSettings) -> tuple[Item, ...]:
    """The work of an engagement, by reference."""
    return break_down(engagement, labels).work


def _chains(refs: Iterable[str], parents: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What each is below; what lies in one container shares one tuple."""
    shared: dict[str | None, tuple[str, ...]] = {None: ()}
    found: dict[str, tuple[str, ...]] = {}
    for ref in refs:
        parent = parents.get(ref)
        if parent not in shared:
            shared[parent] = tuple(_chain(ref, parents))
        found[ref] = shared[parent]
    return found


def _holding(refs: Iterable[str], parents: Mapping[str, str]) -> set[str]:
    """Everything that one of these is below; each is visited once, however deep."""
    found: set[str] = set()
    for ref in refs:
        while (parent := parents.get(ref)) is not None and parent not in found:
            found.add(parent)
            ref = parent
    return found


def _parents(items: Mapping[str, Item]) -> dict[str, str]:
    """The parent of each item that is among the items. A circle holds nothing: its links are left out."""
    links = {ref: item.parent for ref, item in items.items() if item.parent in items and item.parent != ref}
    found = {ref: parent for ref, parent in links.items() if parent is not None}
    settled: set[str] = set()
    for start in sorted(found):
        path: dict[str, int] = {}
        here: str | None = start
        while here is not None and here not in settled and here not in path:
            path[here] = len(path)
            here = found.get(here)
        for ref in list(path)[path[here] :] if here in path else ():
            del found[ref]
        settled.update(path)
    return found


def _chain(ref: str, parents: Mapping[str, str]) -> Iterator[str]:
    while (parent := parents.get(ref)) is not None:
        yield parent
        ref = parent


def _handed_down(
    leaves: Sequence[Item], containers: Mapping[str, Item], above: Mapping[str, tuple[str, ...]]
) -> list[Item]:
    """The leaves with what their containers were given for them, the nearest container first."""
    below: dict[str, list[str]] = {}
    for leaf in leaves:
        for ref in above[leaf.ref]:
            below.setdefault(ref, []).append(leaf.ref)
    estimates = _shared({leaf.ref: leaf.estimate_hours for leaf in leaves}, _sizes(containers, "hours"), below, above)
    weights = _shared({leaf.ref: leaf.weight for leaf in leaves}, _sizes(containers, "weight"), below, above)
    return [
        replace(
            _as_part(leaf, [containers[ref] for ref in above[leaf.ref]]),
            estimate_hours=estimates[leaf.ref],
            weight=weights[leaf.ref],
        )
        if above[leaf.ref]
        else leaf
        for leaf in leaves
    ]


def _sizes(containers: Mapping[str, Item], measure: str) -> dict[str, float]:
    """The containers that have an estimate or weight of their own."""
    given = {ref: i.estimate_hours if measure == ValueBasis.HOURS else i.weight for ref, i in containers.items()}
    return {ref: size for ref, size in given.items() if size and size > 0}


def _shared(
    own: Mapping[str, float | None],
    sizes: Mapping[str, float],
    below: Mapping[str, Sequence[str]],
    above: Mapping[str, tuple[str, ...]],
) -> dict[str, float | None]:
    """Each leaf's measure: its own, else its even share of the nearest container's of which no leaf has one."""
    found = dict(own)
    depth = {ref: len(chain) - n for chain in above.values() for n, ref in enumerate(chain)}
    for ref in sorted(sizes.keys() & below.keys(), key=lambda r: (-depth[r], r)):
        parts = below[ref]
        if not any(found[part] for part in parts):
            found.update(dict.fromkeys(parts, sizes[ref] / len(parts)))
    return found


def _as_part(leaf: Item, containers: Iterable[Item]) -> Item:
    """A task with what the issue says that it is a part of: milestone, date, people, age. Epics say nothing of that kind."""
    for issue in containers:
        if issue.type == EPIC:
            break
        dated = leaf.due_date or leaf.milestone
        ages = [at for at in (leaf.created_at, issue.created_at) if at]
        leaf = replace(
            leaf,
            milestone=leaf.milestone or issue.milestone,
            due_date=leaf.due_date if dated else issue.due_date,
            due_history=leaf.due_history if dated or leaf.due_history else issue.due_history,
            assignees=leaf.assignees or issue.assignees,
            created_at=min(ages, default=None) if leaf.created_at else None,
        )
    return leaf
