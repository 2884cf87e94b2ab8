"""Facts blocks (CONTRACT §5): from the fenced YAML of a description, or a snapshot's mapping, to `Facts` and faults.

A key that can't be read costs that key alone. Nothing here does I/O.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from bot.domain.border import FIRST_DAY, LARGEST, LAST_DAY, one_line, plain_text
from bot.domain.messages import NOTHING, Phrase
from bot.domain.model import BILLINGS, RECOGNITIONS, FactFault, Facts, MilestoneFact
from bot.domain.yaml_text import YamlDocument, YamlProblem, load_yaml

MAX_TEXT = 255
MAX_BLOCK = 20_000
"""Characters of a block; 200 milestones fit."""
MAX_MILESTONES = 200
MONEY_KEYS = ("value", "rate")
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[\w-]*)")


def find_block(description: str, info: str) -> tuple[str, int] | None:
    """The body of the first fenced block with that info string and the 1-based line on which the body starts.

    As in CommonMark: what stands in another block is no block, and one that is never closed runs to the end. By lines, not
    by one expression: on a description of nothing but open fences that would take quadratic time.
    """
    lines = description.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fence, wanted, first = "", False, 0
    for number, line in enumerate(lines):
        match = _FENCE.match(line)
        if not fence:
            if match:
                fence, wanted, first = match["fence"], match["info"] == info, number + 1
        elif match and match["fence"].startswith(fence) and not line.strip().strip(fence[0]):
            if wanted:
                break
            fence = ""
    else:
        number += 1
    return ("\n".join(lines[first:number]), first + 1) if fence and wanted else None


def read_block(description: str, info: str) -> tuple[dict[str, Any], YamlDocument | None, list[FactFault]]:
    """The mapping in a description's `info` block; without a block, an empty one. Lines count in the description."""
    found = find_block(description, info)
    if found is None:
        return {}, None, []
    body, first = found
    try:
        document = load_yaml(body, MAX_BLOCK)
    except YamlProblem as problem:
        return (
            {},
            None,
            [FactFault("", first - 1 + problem.line if problem.line else first, _unreadable(problem))],
        )
    if document.value is None:
        return {}, document, []
    if not isinstance(document.value, dict):
        return {}, document, [FactFault("", first, Phrase("must be a list of `key: value` lines"))]
    moved = {path: (line + first - 1, column) for path, (line, column) in document.places.items()}
    return {_key(k): v for k, v in document.value.items()}, YamlDocument(document.value, moved), []


def _key(key: Any) -> str:
    return str(key) if not isinstance(key, int | float) or is_finite(key) else _shown(key)


def make_facts(values: Mapping[str, Any], document: YamlDocument | None = None) -> tuple[Facts, tuple[FactFault, ...]]:
    """Facts from plain values; each key that can't be read becomes a fault with its line (0 without a document)."""
    faults: list[FactFault] = []
    read: dict[str, Any] = {}
    for key, value in values.items():
        line = document.place((key,))[0] if document else 0
        try:
            read[key] = _reader(key)(value)
        except ValueError as problem:
            faults.append(FactFault(key, line, problem.args[0]))
    facts = Facts(**{key: value for key, value in read.items() if value is not None})
    faults += [
        FactFault(key, document.place((key,))[0] if document else 0, text) for key, text in _contradictions(facts)
    ]
    return facts, tuple(faults)


def merge_facts(block: Facts, override: Mapping[str, Any]) -> tuple[Facts, tuple[FactFault, ...]]:
    """`block` overridden key by key by the config's `engagements:` entry."""
    facts, faults = make_facts(override)
    given = {key: getattr(facts, key) for key in override if key in _READERS and not _faulty(key, faults)}
    merged = dataclasses.replace(block, **given)
    known = {fault.message for fault in faults} | {text for _, text in _contradictions(block)}
    more = tuple(FactFault(key, 0, text) for key, text in _contradictions(merged) if text not in known)
    return merged, faults + more


def _faulty(key: str, faults: tuple[FactFault, ...]) -> bool:
    return any(fault.key == key for fault in faults)


def _contradictions(facts: Facts) -> Iterator[tuple[str, Phrase]]:
    if facts.start and facts.end and facts.end < facts.start:
        yield "end", Phrase("{end} is before start {start}", end=facts.end, start=facts.start)
    titles = [m.milestone for m in facts.milestones]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield "milestones", Phrase("{title} stands more than once; the first one counts", title=repr(title))


def _reader(key: str) -> Callable[[Any], Any]:
    if key not in _READERS:
        near = difflib.get_close_matches(key, _READERS, 1)
        raise ValueError(
            Phrase("unknown key, did you mean {key}?", key=repr(near[0])) if near else Phrase("unknown key")
        )
    return _READERS[key]


# -- readers: a plain value → the typed one; ValueError with a reader's sentence, a phrase


def _shown(value: Any) -> str:
    """The value for a sentence, short and printable, however many digits it has."""
    if isinstance(value, int) and not is_finite(value):
        return "a number of too many digits"
    return repr(one_line(str(value)[:40]))


def _unreadable(problem: YamlProblem) -> Phrase:
    return Phrase("not readable: {problem}", problem=str(problem))


def read_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(Phrase("must be text"))
    if not isinstance(value, str) and not is_finite(value):
        raise ValueError(Phrase("must be text"))
    text = one_line(plain_text(str(value))).strip()
    if len(text) > MAX_TEXT:
        raise ValueError(Phrase("longer than {n} characters", n=MAX_TEXT))
    return text or None


def read_number(value: Any) -> float | None:
    """A finite number ≥ 0."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_finite(value):
        raise ValueError(Phrase("must be a number, not {value}", value=_shown(value)))
    if abs(value) > LARGEST:
        raise ValueError(Phrase("must not be more than 1e12, but is {value}", value=f"{value:.3g}"))
    if value < 0:
        raise ValueError(Phrase("must not be negative, but is {value}", value=f"{value:g}"))
    return float(value)


def read_change(value: Any) -> float | None:
    """A finite number, also below zero: a change order may take scope away."""
    if isinstance(value, int | float) and not isinstance(value, bool) and is_finite(value) and value < 0:
        return -float(read_number(-value) or 0.0)
    return read_number(value)


def is_finite(number: float) -> bool:
    """Whether a number is one to count with: not NaN or infinite, and not an integer beyond all floats."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def read_date(value: Any) -> date | None:
    """An ISO date; one in the far future (9999-12-31) means that it is open."""
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return _sane_day(value)
    if isinstance(value, str):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found is not None:
            return _sane_day(found)
    raise ValueError(Phrase("must be a date such as 2026-11-30, not {value}", value=_shown(value)))


def _sane_day(day: date) -> date | None:
    if day < FIRST_DAY:
        raise ValueError(Phrase("{day} is too long ago to be meant", day=day))
    return day if day <= LAST_DAY else None


def _days(value: Any) -> int | None:
    number = read_number(value)
    if number is None:
        return None
    if number != int(number) or number > 366:
        raise ValueError(Phrase("must be a whole number of business days"))
    return int(number)


def _flag(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ValueError(Phrase("must be true or false"))


def _choice(*allowed: str) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, str) and value in allowed:
            return value
        near = difflib.get_close_matches(str(value), allowed, 1)
        hint = Phrase("; did you mean {name}?", name=near[0]) if near else NOTHING
        names = ", ".join(allowed)
        raise ValueError(
            Phrase("must be one of {names}, not {value}{hint}", names=names, value=_shown(value), hint=hint)
        )

    return read


def _references(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(text for text in (read_text(v) for v in values) if text)


def _milestones(value: Any) -> tuple[MilestoneFact, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) > MAX_MILESTONES:
        raise ValueError(Phrase("must be a list of milestones"))
    return tuple(_milestone(entry, number) for number, entry in enumerate(value, 1))


def _milestone(value: Any, number: int) -> MilestoneFact:
    if not isinstance(value, Mapping):
        shape = "`{milestone: Title, due: date, amount: number}`"
        raise ValueError(Phrase("milestone {number} must be {shape}", number=number, shape=shape))
    unknown = set(value) - set(_MILESTONE_READERS)
    if unknown:
        key = repr(min(map(str, unknown)))
        raise ValueError(Phrase("milestone {number} has an unknown key {key}", number=number, key=key))
    try:
        read = {key: _MILESTONE_READERS[key](entry) for key, entry in value.items()}
    except ValueError as problem:
        raise ValueError(Phrase("milestone {number}: {fault}", number=number, fault=problem.args[0])) from problem
    if not read.get("milestone"):
        raise ValueError(Phrase("milestone {number} has no title (`milestone:`)", number=number))
    return MilestoneFact(**read)


_MILESTONE_READERS: dict[str, Callable[[Any], Any]] = {
    "milestone": read_text,
    "due": read_date,
    "amount": read_number,
    "sign_off_sent": read_date,
    "sign_off_received": read_date,
}
_READERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        ("customer", "sow", "region", "partner", "pm", "architect", "currency", "internal", "customer_channel"),
        read_text,
    ),
    **dict.fromkeys(("value", "hours", "rate"), read_number),
    **dict.fromkeys(("start", "end", "baseline"), read_date),
    "billing": _choice(*BILLINGS),
    "recognition": _choice(*RECOGNITIONS),
    "milestones": _milestones,
    "passive_acceptance_days": _days,
    "work": _references,
    "key": _flag,
}
