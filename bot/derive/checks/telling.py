"""The findings that several rules tell alike: so many since a day, so many by name, so large a share of the open work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol, TypeVar

from bot.derive.checks.rule import Finding
from bot.derive.decisions.questions import in_planning
from bot.derive.subject import Subject
from bot.domain.messages import Percent, Phrase, Value, listing, quote, quotes
from bot.domain.model import Item
from bot.domain.vocabulary import Severity


class Named(Protocol):
    """What has a reference and a title: an item, an entry of the RAID log, a change order, a milestone, an escalation."""

    @property
    def ref(self) -> str: ...

    @property
    def title(self) -> str: ...


E = TypeVar("E", bound=Named)
Dated = list[tuple[date, E]]
"""Entries with the day since which each of them is a matter, oldest first."""


def oldest_first(found: Iterable[tuple[date | None, E]]) -> Dated[E]:
    """By day, then by reference; without those whose day is not known."""
    return sorted(((day, entry) for day, entry in found if day), key=lambda pair: (pair[0], pair[1].ref))


def tell_oldest(
    found: Dated[E], message: Phrase, action: Phrase, severity: Severity | None = None, /, **values: Value
) -> Finding:
    """How many there are, and the oldest by title and day: the places `n`, `title` and `since` of the message."""
    return tell_worst([entry for _, entry in found], message, action, severity, since=found[0][0], **values)


def tell_worst(
    found: Sequence[Named], message: Phrase, action: Phrase, severity: Severity | None = None, /, **values: Value
) -> Finding:
    """How many there are, and the first of them by its title: the places `n` and `title` of the message."""
    told = message.refilled(n=len(found), title=quote(found[0].title), **values)
    return Finding(told, tuple(entry.ref for entry in found), action, severity)


def tell_names(found: Sequence[tuple[str, Sequence[str]]], message: Phrase, action: Phrase) -> Iterator[Finding]:
    """How many there are, and how they are called: the places `n` and `names`. `found`: titles with references."""
    if found:
        told = message.refilled(n=len(found), names=listing(quotes(title for title, _ in found)))
        yield Finding(told, tuple(ref for _, refs in found for ref in refs), action)


def tell_share(
    subject: Subject, found: Sequence[Item], message: Phrase, action: Phrase, threshold: str
) -> Iterator[Finding]:
    """How many of the open items lack something: `n`, `of` and `share`; a risk from the threshold on, never in planning."""
    if found and not in_planning(subject):
        share = len(found) / len(subject.to_do)
        of = Phrase("of {n|# open item|# open items}", n=len(subject.to_do))
        told = message.refilled(n=len(found), of=of, share=Percent(share))
        yield Finding(told, tuple(item.ref for item in found), action, is_risk=share >= subject.threshold(threshold))
