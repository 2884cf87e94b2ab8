"""A CSV file as spreadsheets write it → rows of cells: encoding, separator, quotes and header found out.

Nothing here knows hours or weeks: `timesheets` says which columns there are and what stands in them.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field

from bot.domain.errors import ConfigError, Fault
from bot.domain.frozen import frozen

SEPARATORS = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r"\"?sep=(?P<mark>.)\"?\s*", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MOST_LINES = 1_000_000


def decode(data: bytes) -> str:
    """The text, in UTF-8, UTF-16 or, where it is neither, cp1252 (what Excel on Windows writes)."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    start = data[:200]
    if start.count(0) > len(start) // 4:
        return data.decode("utf-16-be" if start[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


@frozen
class Columns:
    """The columns a file must have and may have, and what the config calls them in this organisation's exports."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)

    def ours(self, written: str) -> str:
        """Our name of a column of the file: as the config maps it, in either direction, else as it is written."""
        folded = " ".join(written.split()).casefold()
        for first, second in self.named.items():
            for theirs, mine in ((first, second), (second, first)):
                known = mine.casefold() in self.known
                if known and folded == " ".join(theirs.split()).casefold():
                    return mine.casefold()
        return folded

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.needed, *self.optional)


@frozen
class SheetLine:
    """One row of the file: its cells by our column names, where it starts, and all that stands in it."""

    number: int
    cells: Mapping[str, str]
    whole: tuple[str, ...]
    fault: str = ""


@frozen
class SheetTable:
    """The rows below the header. `places`: the 1-based place of each of our columns in the file."""

    rows: tuple[SheetLine, ...]
    places: Mapping[str, int]
    separator: str


def read_table(text: str, where: str, columns: Columns) -> SheetTable:
    """All rows that are not empty. Raises ConfigError when the header lacks a column that is needed."""
    rows, separator = read_rows(text, where, lambda cell: columns.ours(cell) in columns.known)
    first, header, _ = rows[0] if rows else (1, [], "")
    names = _header(header, where, columns, first)
    found = tuple(_line(number, cells, fault, names, len(header)) for number, cells, fault in rows[1:])
    return SheetTable(found, {name: place + 1 for place, name in names.items()}, separator)


Row = tuple[int, list[str], str]
"""Where a row starts, its cells, and what is wrong with it."""


def read_rows(text: str, where: str, known: Callable[[str], bool]) -> tuple[list[Row], str]:
    """All rows that are not empty, the header first, and the separator: the one that makes the most `known` headers."""
    lines, first, mark = _without_lead(text)
    if len(lines) > MOST_LINES:
        raise ConfigError(f"has more than {MOST_LINES:,} lines", where)
    separator = mark or _separator(lines[0] if lines else "", known)
    return list(_rows(lines, first, separator)), separator


def _without_lead(text: str) -> tuple[list[str], int, str]:
    """The lines from the header on, the number of the first one, and the separator that a `sep=` line names."""
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    mark, start = "", 0
    while start < len(lines) and (not lines[start].strip(' ,;\t"') or _SEP_LINE.fullmatch(lines[start])):
        named = _SEP_LINE.fullmatch(lines[start])
        mark, start = named["mark"] if named else mark, start + 1
    return lines[start:], start + 1, mark


def _separator(header: str, known: Callable[[str], bool]) -> str:
    """The one that makes the most known columns of the header."""

    def count(mark: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=mark), [])
        return sum(map(known, cells)), len(cells)

    return max(SEPARATORS, key=count)


def _rows(lines: Sequence[str], first: int, separator: str) -> Iterator[tuple[int, list[str], str]]:
    """(line, cells, what is wrong) of each row. Where a stray quote spoils the file it is read line by line."""
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=separator, strict=True)
    found, begin = [], first
    try:
        for cells in reader:
            found.append((begin, cells, ""))
            begin = first + reader.line_num
    except csv.Error:
        found = list(_by_line(lines, first, separator, found))
    yield from (row for row in found if row[2] or any(cell.strip() for cell in row[1]))


def _by_line(
    lines: Sequence[str], first: int, separator: str, good: Sequence[tuple[int, list[str], str]]
) -> Iterator[tuple[int, list[str], str]]:
    """The rows that were read before the stray quote, then each line by itself."""
    kept = good[:-1] if len(good) > 1 else good
    yield from kept
    start = good[-1][0] - first if len(good) > 1 else len(kept)
    for number, line in enumerate(lines[start:], first + start):
        try:
            cells = next(csv.reader([line], delimiter=separator, strict=True), [])
            yield number, cells, ""
        except csv.Error:
            yield number, line.split(separator), "has a quote out of place"


def _header(cells: Sequence[str], where: str, columns: Columns, line: int) -> dict[int, str]:
    """Our names of the columns, by place. Columns that nobody asked for are passed over."""
    names = [columns.ours(cell) for cell in cells]
    missing = [name for name in columns.needed if name not in names]
    faults = [Fault(f"column {name!r} is missing", where, line) for name in missing]
    for place, name in enumerate(names, 1):
        if name in columns.known:
            if names.index(name) != place - 1:
                faults.append(Fault(f"column {name!r} is given twice", where, line, place))
            continue
        absent = [known for known in columns.known if known not in names]
        near = difflib.get_close_matches(name[:40], absent, 1, 0.75)
        if name and (near or missing):
            advice = f"Did you mean {near[0]!r}?" if near else ""
            faults.append(Fault(f"unknown column {name[:40]!r}", where, line, place, advice))
    if faults:
        shape = ",".join(columns.needed) + "".join(f"[,{name}]" for name in columns.optional)
        advice = "Other names of columns can be mapped in the config (`finance.columns`)." if missing else ""
        raise ConfigError(f"must start with the line {shape}", where, advice, faults=tuple(faults))
    return {place: name for place, name in enumerate(names) if name in columns.known}


def _line(number: int, cells: Sequence[str], fault: str, names: Mapping[int, str], width: int) -> SheetLine:
    extra = [cell for cell in cells[width:] if cell.strip()]
    last = max(names, default=0)
    if not fault and (extra or len(cells) <= last):
        fault = f"has {len(cells)} cells, not {width}"
    found = {name: cells[place].strip() if place < len(cells) else "" for place, name in names.items()}
    return SheetLine(number, found, tuple(cell.strip() for cell in cells), fault)
