"""A block that YAML refuses as a whole, read piece by piece: a bad line, or a bad entry of a list, costs itself alone.

A section is a key with what is indented below it. What can be read of it is; of a list the good entries, of an entry the
good lines. Nothing is guessed: a piece that YAML refuses alone is left out and named with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.domain.facts.declared import FactFault
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase
from bot.domain.yaml_text import YamlProblem, load_yaml

MAX_LINES = 1_000
"""A block of more lines is not a list of facts: it is refused whole, at no cost."""
MAX_LEVELS = 4
_HEAD = re.compile(r"\s*(?P<key>[\w-]+)[ \t]*:[ \t]*(?P<rest>#.*)?")
_KEY = re.compile(r"\s*(?:-[ \t]+)?[\"']?(?P<key>[\w-]+)[\"']?[ \t]*:")
Path = tuple[str | int, ...]


@frozen
class Piece:
    """Some lines, and the 1-based number of the first one in the description."""

    lines: tuple[str, ...]
    first: int

    @classmethod
    def of(cls, text: str, first: int) -> Piece:
        """All lines of a text."""
        return cls(tuple(text.split("\n")), first)

    def from_(self, index: int, until: int | None = None) -> Piece:
        """The lines from `index` on, before `until`."""
        return Piece(self.lines[index:until], self.first + index)

    def solid(self) -> list[int]:
        """The indices of the lines that are neither empty nor a comment."""
        return [n for n, line in enumerate(self.lines) if line.strip() and not line.lstrip().startswith("#")]

    def indent(self) -> int:
        """The least indentation of its lines."""
        return min((_indent(self.lines[n]) for n in self.solid()), default=0)


@dataclass
class Saved:
    """What could be read, where it stands, and what could not."""

    text_below: tuple[str, ...] | None
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    faults: list[FactFault] = field(default_factory=list)

    def load(self, piece: Piece, path: Path) -> Any:
        """The piece by YAML alone; where its values stand is kept. Raises YamlProblem."""
        document = load_yaml("\n".join(piece.lines), self.text_below)
        for below, (line, column) in document.places.items():
            self.places.setdefault((*path, *below), (piece.first + line - 1, column))
        return document.value

    def fault(self, path: Path, line: int, text: str, message: Phrase) -> None:
        """A line left out: told by the key of the fact it belongs to, as far as that can be seen."""
        seen = _KEY.match(text)
        key = str(path[0]) if path else seen["key"] if seen else ""
        self.faults.append(FactFault(key, line, message))


def unreadable(problem: YamlProblem) -> Phrase:
    """The parser's complaint as a sentence."""
    return Phrase("not readable: {problem}", problem=str(problem))


def salvage(piece: Piece, text_below: tuple[str, ...] | None, problem: YamlProblem) -> Saved:
    """All that can be read of a block that has this `problem` as a whole."""
    saved = Saved(text_below)
    if len(piece.lines) > MAX_LINES:
        line = piece.first + problem.line - 1 if problem.line else piece.first
        saved.faults.append(FactFault("", line, unreadable(problem)))
        return saved
    saved.values = _mapping(piece, (), saved)
    return saved


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _mapping(piece: Piece, path: Path, saved: Saved) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for section in _split(piece, _begins_section):
        for key, value in _section(section, path, saved):
            if key in found:
                line = section.first
                text = Phrase("{key} is given twice; the first one counts", key=repr(key))
                saved.fault(path, line, section.lines[0], text)
            else:
                found[key] = value
                saved.places.setdefault((*path, key), (section.first, 1))
    return found


def _split(piece: Piece, begins: re.Pattern[str]) -> Iterator[Piece]:
    """The piece in parts, each of which begins with a line of the least indentation that looks like a beginning."""
    indent = piece.indent()
    starts = [n for n in piece.solid() if _indent(piece.lines[n]) == indent and begins.match(piece.lines[n])]
    for start, end in zip(starts, [*starts[1:], None], strict=False):
        yield piece.from_(start, end)


_begins_section = re.compile(r"\s*(?!-(?:\s|$)|[\]}])\S")
_begins_entry = re.compile(r"\s*-(?:\s|$)")


def _section(section: Piece, path: Path, saved: Saved) -> Iterator[tuple[str, Any]]:
    """The key and value of one section; none where it can't be read."""
    try:
        yield from _pairs(section, path, saved)
        return
    except YamlProblem as problem:
        found = problem
    last = section.solid()[-1]
    if last and section.lines[last].strip() in ("]", "}"):
        saved.fault(path, section.first + last, "", unreadable(found))
        yield from _section(section.from_(0, last), path, saved)
        return
    head, rest = _HEAD.fullmatch(section.lines[0]), section.from_(1)
    if head and rest.solid() and len(path) < MAX_LEVELS:
        key = head["key"]
        saved.places.setdefault((*path, key), (section.first, 1))
        yield key, _value(rest, (*path, key), saved)
        return
    line = section.first + max(found.line - 1, 0)
    if rest.solid() and found.line > 1:
        yield from _alone(section.from_(0, 1), path, saved)
    saved.fault(path, line, section.lines[line - section.first], unreadable(found))


def _pairs(piece: Piece, path: Path, saved: Saved) -> Iterator[tuple[str, Any]]:
    value = saved.load(piece, path)
    if value is not None and not isinstance(value, dict):
        raise YamlProblem("a key without its `:`", 1, 1)
    yield from ((str(key), below) for key, below in (value or {}).items())


def _alone(line: Piece, path: Path, saved: Saved) -> Iterator[tuple[str, Any]]:
    """A first line that is good without what follows it."""
    try:
        yield from _pairs(line, path, saved)
    except YamlProblem:
        return  # then the whole section is what can't be read, and is told as such


def _value(piece: Piece, path: Path, saved: Saved) -> Any:
    if not _begins_entry.match(piece.lines[piece.solid()[0]]):
        return _mapping(piece, path, saved)
    entries: list[Any] = []
    for entry in _split(piece, _begins_entry):
        where = (*path, len(entries))
        try:
            read = load_yaml("\n".join(entry.lines), saved.text_below)
        except YamlProblem as problem:
            if len(entry.solid()) > 1:
                saved.places.setdefault(where, (entry.first, 1))
                first = entry.lines[0].replace("-", " ", 1)
                entries.append(_mapping(Piece((first, *entry.lines[1:]), entry.first), where, saved))
            else:
                saved.fault(path, entry.first, entry.lines[0], unreadable(problem))
        else:
            saved.places.setdefault(where, (entry.first, 1))
            entries += read.value or []
    return entries
