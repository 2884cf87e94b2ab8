"""The critical path of what is left: the chain of open work that waits for one another and holds the most value."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from bot.derive.schedule.milestones import MilestoneWork
from bot.domain.model import Item

Links = Mapping[str, set[str]]


def find_critical_path(
    work: Sequence[Item], values: Mapping[str, float], milestones: Iterable[MilestoneWork] = ()
) -> tuple[str, ...]:
    """References of the heaviest chain, first to do first; empty when no open item waits for another one.

    An item waits for its open blockers, and for the open items of the milestones that come before its own: milestones are
    phases in the order of their due dates, but one with a start date waits only for those due before that.
    """
    items = [item for item in work if item.is_open]
    refs = {item.ref for item in items}
    links = {item.ref: {ref for ref in item.blocked_by if ref in refs and ref != item.ref} for item in items}
    gates = _add_gates(links, [m for m in milestones if any(item.is_open for item in m.items)])
    return _heaviest_chain(links | gates, values) if any(links.values()) else ()


def _add_gates(links: dict[str, set[str]], milestones: Sequence[MilestoneWork]) -> dict[str, set[str]]:
    """Gate n (`%n`) opens when all milestones due by then are done; one link to a gate stands for many between items."""
    dated = sorted(((m.due, m) for m in milestones if m.due), key=lambda entry: (entry[0], entry[1].title))
    gates: dict[str, set[str]] = {}
    for number, (_, milestone) in enumerate(dated):
        gates[f"%{number}"] = {item.ref for item in milestone.items if item.is_open}
        gates[f"%{number}"] |= {f"%{number - 1}"} if number else set()
    dues = [due for due, _ in dated]
    for milestone in milestones:
        begin = milestone.start or milestone.due
        passed = bisect_left(dues, begin) if begin else 0
        for item in milestone.items if passed else ():
            if item.is_open:
                links[item.ref].add(f"%{passed - 1}")
    return gates


def _heaviest_chain(links: Links, values: Mapping[str, float]) -> tuple[str, ...]:
    """By dynamic programming in topological order; equal weights go to the reference that sorts first."""
    weight: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for node in _in_order(links):
        heaviest, last = 0.0, None
        for ref in links[node]:
            found = weight.get(ref)
            if found is not None and (last is None or found > heaviest or (found == heaviest and ref < last)):
                heaviest, last = found, ref
        weight[node] = heaviest + values.get(node, 0.0)
        before[node] = last
    end: str | None = min((n for n in weight if n in values), key=lambda n: (-weight[n], n), default=None)
    chain: list[str] = []
    while end is not None:
        chain.append(end)
        end = before[end]
    return tuple(ref for ref in reversed(chain) if ref in values)


def _in_order(links: Links) -> list[str]:
    """Blockers first. Items in a cycle, and those behind one, come last: their links among themselves can't be followed."""
    if (plain := _without_cycles(links)) is not None:
        return plain
    sorter = TopologicalSorter({node: sorted(links[node]) for node in sorted(links)})
    try:
        return list(sorter.static_order())
    except CycleError:
        ordered: list[str] = []
        while ready := sorter.get_ready():
            ordered += ready
            sorter.done(*ready)
        return ordered + sorted(links.keys() - set(ordered))


def _without_cycles(links: Links) -> list[str] | None:
    """Blockers first, in any such order: the chain is the same in each. None where there is a cycle."""
    waiting = {node: len(blockers) for node, blockers in links.items()}
    behind: dict[str, list[str]] = {}
    for node, blockers in links.items():
        for ref in blockers:
            behind.setdefault(ref, []).append(node)
    ready = [node for node, count in waiting.items() if not count]
    for node in ready:
        for follower in behind.get(node, ()):
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    return ready if len(ready) == len(links) else None
