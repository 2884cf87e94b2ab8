"""Plain values → `Facts`, and the config's word over the description's, key by key."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from bot.domain.facts.declared import FACTS, FactFault, Facts, Kind
from bot.domain.messages import Phrase
from bot.domain.yaml_text import YamlDocument

LONGEST_YEARS = 25
"""No SOW runs longer: a year typed wrong does."""


def make_facts(values: Mapping[str, Any], document: YamlDocument | None = None) -> tuple[Facts, tuple[FactFault, ...]]:
    """Facts from plain values; each key that can't be read becomes a fault with its line (0 without a document)."""
    read, faults = _read(values, document)
    facts = Facts(**{key: value for key, value in read.items() if value is not None})
    facts, told = _consistent(facts)
    return facts, (*faults, *(FactFault(key, _line(document, key), text) for key, text in told))


def _read(values: Mapping[str, Any], document: YamlDocument | None) -> tuple[dict[str, Any], list[FactFault]]:
    faults: list[FactFault] = []
    read: dict[str, Any] = {}

    def lost(key: str, index: int, message: Phrase) -> None:
        faults.append(FactFault(key, _line(document, key, index), message))

    for key, value in values.items():
        try:
            read[key] = _kind(key).read(value, partial(lost, key))
        except ValueError as problem:
            faults.append(FactFault(key, _line(document, key), problem.args[0]))
    return read, faults


def _line(document: YamlDocument | None, *path: str | int) -> int:
    return document.place(path)[0] if document else 0


def _kind(key: str) -> Kind:
    if key not in FACTS:
        near = difflib.get_close_matches(key[:40], FACTS, 1)
        raise ValueError(
            Phrase("unknown key, did you mean {key}?", key=repr(near[0])) if near else Phrase("unknown key")
        )
    return FACTS[key].kind


def merge_facts(block: Facts, override: Mapping[str, Any]) -> tuple[Facts, tuple[FactFault, ...]]:
    """`block` overridden key by key by the config's `engagements:` entry; a list with a bad entry by its good ones."""
    read, unread = _read(override, None)
    facts = Facts(**{key: value for key, value in read.items() if value is not None})
    merged, told = _consistent(dataclasses.replace(block, **{key: getattr(facts, key) for key in read}))
    known = {text for _, text in _consistent(block)[1]}
    return merged, (*unread, *(FactFault(key, 0, text) for key, text in told if text not in known))


def _consistent(facts: Facts) -> tuple[Facts, list[tuple[str, Phrase]]]:
    """The facts without what the others rule out, and what contradicts what."""
    told = list(_contradictions(facts))
    if facts.start and facts.end and facts.end.year - facts.start.year > LONGEST_YEARS:
        text = Phrase(
            "{end} is {n} years after start {start}: is the year right?",
            end=facts.end,
            n=facts.end.year - facts.start.year,
            start=facts.start,
        )
        return dataclasses.replace(facts, end=None), [*told, ("end", text)]
    return facts, told


def _contradictions(facts: Facts) -> Iterator[tuple[str, Phrase]]:
    if facts.start and facts.end and facts.end < facts.start:
        yield "end", Phrase("{end} is before start {start}", end=facts.end, start=facts.start)
    titles = [m.milestone for m in facts.milestones]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield "milestones", Phrase("{title} is given more than once; the first one counts", title=repr(title))
