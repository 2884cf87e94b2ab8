"""Items that block each other in a circle can never start: the plan can't be carried out as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    blockers = _open_blockers(subject)
    while cycle := _find_cycle(blockers):
        blockers = {ref: before for ref, before in blockers.items() if ref not in cycle}
        if subject.own_items.keys().isdisjoint(cycle):
            continue
        yield Finding(
            Phrase(
                "{n|# item blocks itself|# items block each other in a circle}: {circle}.",
                n=len(cycle),
                circle=" → ".join((*cycle, cycle[0])),
            ),
            tuple(cycle),
            Phrase("Remove the link that is wrong, or split the item that both sides wait for."),
        )


def _open_blockers(subject: Subject) -> dict[str, list[str]]:
    """The open blockers of every open item, and theirs in turn, other engagements' included."""
    found: dict[str, list[str]] = {}
    waiting = sorted(subject.own_items)
    while waiting:
        item = subject.known_item(waiting.pop())
        if item is None or not item.is_open or item.ref in found:
            continue
        found[item.ref] = sorted(item.blocked_by)
        waiting += found[item.ref]
    return {ref: [b for b in blockers if b in found] for ref, blockers in sorted(found.items())}


def _find_cycle(blockers: dict[str, list[str]]) -> list[str]:
    """One circle of blockers, starting with its first reference; empty when there is none."""
    try:
        TopologicalSorter(blockers).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1][:-1][::-1]
        first = circle.index(min(circle))
        return circle[first:] + circle[:first]
    return []


RULE = Rule(id="blocker-cycle", severity=Severity.HIGH, find=find)
