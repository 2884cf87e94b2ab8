"""Hours and bookings from CSV files (CONTRACT §4): text → rows and faults, and how they join the portfolio.

Pure: whoever reads the files hands their text in. A bad row is named by file, line and column and left out; the others
count. A file without the right header can't be used at all.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar

from bot.domain.calendar import week_named
from bot.domain.errors import ConfigError, Fault
from bot.domain.model import Booking, Engagement, Portfolio, TimeLog

TIMESHEET_COLUMNS = ("engagement", "user", "date", "hours", "billable", "approved")
BOOKING_COLUMNS = ("engagement", "user", "week", "hours", "kind")
YES, NO = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})
HOURS_A_DAY, HOURS_A_WEEK = 24.0, 168.0
T = TypeVar("T", TimeLog, Booking)


@dataclass(frozen=True)
class Row(Generic[T]):
    """One good row: the engagement as written (a reference or a SOW), what it says, and where it stands."""

    engagement: str
    value: T
    line: int


@dataclass(frozen=True)
class Sheet(Generic[T]):
    """The good rows of one file, and what is wrong with the others."""

    where: str
    rows: tuple[Row[T], ...]
    faults: tuple[Fault, ...] = ()


# -- text → rows


def read_timesheets(text: str, where: str) -> Sheet[TimeLog]:
    """Rows of `engagement,user,date,hours,billable,approved[,item]`. Raises ConfigError when the header is another."""
    return _read(text, where, (TIMESHEET_COLUMNS, ("item",)), _timelog)


def read_bookings(text: str, where: str) -> Sheet[Booking]:
    """Rows of `engagement,user,week,hours,kind`. Raises ConfigError when the header is another."""
    return _read(text, where, (BOOKING_COLUMNS, ()), _booking)


class _BadCell(ValueError):
    """A cell that can't be read, by the name of its column."""

    def __init__(self, column: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.advice = advice


def _timelog(cells: Mapping[str, str]) -> TimeLog:
    return TimeLog(
        item=cells.get("item") or None,
        user=_needed(cells, "user").removeprefix("@"),
        spent_at=_day(cells),
        hours=_hours(cells, -HOURS_A_DAY, HOURS_A_DAY),
        billable=_flag(cells, "billable"),
        approved=_flag(cells, "approved"),
    )


def _booking(cells: Mapping[str, str]) -> Booking:
    kind = _needed(cells, "kind").casefold()
    if kind not in ("hard", "soft"):
        raise _BadCell("kind", f"must be hard or soft, not {cells['kind'][:40]!r}")
    user = _needed(cells, "user").removeprefix("@")
    return Booking(user, _week(cells), _hours(cells, 0, HOURS_A_WEEK), kind)


def _read(
    text: str, where: str, columns: tuple[Sequence[str], Sequence[str]], make: Callable[[Mapping[str, str]], T]
) -> Sheet[T]:
    text = text.removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Row[T]] = []
    faults: list[Fault] = []
    header: list[str] = []
    try:
        header = _header(next(reader, []), where, *columns)
        for line, fields in _numbered(reader):
            try:
                rows.append(_row(header, fields, line, make))
            except _BadCell as problem:
                column = header.index(problem.column) + 1 if problem.column in header else 0
                faults.append(Fault(_named(problem), where, line, column, problem.advice))
    except csv.Error as problem:
        line = reader.line_num
        if not header:
            raise ConfigError("is no CSV", where, faults=(Fault(str(problem), where, line),)) from problem
        faults.append(Fault(f"not readable from here on: {problem}", where, line, 0, "A quote may be missing."))
    return Sheet(where, tuple(rows), tuple(faults))


def _delimiter(text: str) -> str:
    """Spreadsheets of countries with a decimal comma write semicolons."""
    first = text.lstrip().partition("\n")[0]
    return ";" if ";" in first and "," not in first else ","


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, and the line on which it starts."""
    line = reader.line_num + 1
    for fields in reader:
        if any(cell.strip() for cell in fields):
            yield line, fields
        line = reader.line_num + 1


def _header(fields: Sequence[str], where: str, needed: Sequence[str], optional: Sequence[str]) -> list[str]:
    names = [name.strip().casefold() for name in fields]
    known = (*needed, *optional)
    faults = [Fault(f"column {name!r} is missing", where, 1) for name in needed if name not in names]
    for place, name in enumerate(names, 1):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            advice = f"Did you mean {near[0]!r}?" if near else ""
            faults.append(Fault(f"unknown column {name[:40]!r}", where, 1, place, advice))
        elif names.index(name) != place - 1:
            faults.append(Fault(f"column {name!r} stands twice", where, 1, place))
    if faults:
        columns = ",".join(needed) + "".join(f"[,{name}]" for name in optional)
        raise ConfigError(f"must start with the line {columns}", where, faults=tuple(faults))
    return names


def _row(header: Sequence[str], fields: Sequence[str], line: int, make: Callable[[Mapping[str, str]], T]) -> Row[T]:
    if len(fields) != len(header):
        raise _BadCell("", f"has {len(fields)} cells, not {len(header)}")
    cells = {name: cell.strip() for name, cell in zip(header, fields, strict=True)}
    return Row(_needed(cells, "engagement"), make(cells), line)


def _named(problem: _BadCell) -> str:
    return f"{problem.column}: {problem}" if problem.column else str(problem)


def _needed(cells: Mapping[str, str], name: str) -> str:
    if not cells[name]:
        raise _BadCell(name, "is empty")
    return cells[name]


def _day(cells: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(_needed(cells, "date"))
    except ValueError as problem:
        if isinstance(problem, _BadCell):
            raise
        raise _BadCell("date", f"must be a date such as 2026-11-30, not {cells['date'][:40]!r}") from problem


def _week(cells: Mapping[str, str]) -> str:
    try:
        return week_named(_needed(cells, "week")).name
    except ValueError as problem:
        if isinstance(problem, _BadCell):
            raise
        raise _BadCell("week", f"must be an ISO week such as 2026-W47, not {cells['week'][:40]!r}") from problem


def _hours(cells: Mapping[str, str], least: float, most: float) -> float:
    text = _needed(cells, "hours")
    try:
        hours = float(text) if "_" not in text else math.nan
    except ValueError:
        hours = math.nan
    if not math.isfinite(hours):
        advice = "Write a decimal point, no comma." if "," in text else ""
        raise _BadCell("hours", f"must be a number, not {text[:40]!r}", advice)
    if not least <= hours <= most:
        raise _BadCell("hours", f"must lie between {least:g} and {most:g}, but is {hours:g}")
    return hours


def _flag(cells: Mapping[str, str], name: str) -> bool:
    text = _needed(cells, name).casefold()
    if text not in YES | NO:
        raise _BadCell(name, f"must be true or false, not {cells[name][:40]!r}")
    return text in YES


# -- rows → the portfolio


def add_hours(
    portfolio: Portfolio, timesheets: Sheet[TimeLog] | None, bookings: Sheet[Booking] | None = None
) -> Portfolio:
    """The portfolio with the rows of its engagements; faults of the files join its failures.

    Where timesheets name an engagement they replace GitLab's time logs, and `hours_difference` tells by how many hours
    they differ. Rows of engagements that were not read (closed long ago, another shard) are nobody's here.
    """
    known = _Engagements(portfolio.engagements)
    logs = known.sort(timesheets) if timesheets else {}
    booked = known.sort(bookings) if bookings else {}
    engagements = tuple(
        _with_bookings(_with_timesheets(e, logs.get(e.ref, ())), booked.get(e.ref, ())) for e in portfolio.engagements
    )
    faults = [f for sheet in (timesheets, bookings) if sheet for f in sheet.faults]
    failures = (*portfolio.failures, *map(str, (*faults, *known.faults)))
    return replace(portfolio, engagements=engagements, failures=tuple(dict.fromkeys(failures)))


class _Engagements:
    """Finds an engagement by what a row calls it."""

    def __init__(self, engagements: Iterable[Engagement]) -> None:
        self.faults: list[Fault] = []
        self._refs: dict[str, set[str]] = {}
        for e in engagements:
            for name in filter(None, (e.ref, e.facts.sow)):
                self._refs.setdefault(name.casefold(), set()).add(e.ref)

    def sort(self, sheet: Sheet[T]) -> dict[str, list[T]]:
        """The rows' values by engagement; a SOW that several engagements carry names none of them."""
        found: dict[str, list[T]] = {}
        for row in sheet.rows:
            refs = self._refs.get(row.engagement.casefold(), set())
            if len(refs) > 1:
                text = f"engagement: {row.engagement!r} is the SOW of {' and '.join(sorted(refs))}"
                self.faults.append(Fault(text, sheet.where, row.line, 1, "Write the reference instead."))
            elif refs:
                found.setdefault(next(iter(refs)), []).append(row.value)
        return found


def _with_timesheets(engagement: Engagement, logs: Sequence[TimeLog]) -> Engagement:
    if not logs:
        return engagement
    theirs, ours = math.fsum(log.hours for log in logs), math.fsum(log.hours for log in engagement.timelogs)
    ordered = tuple(sorted(logs, key=lambda log: (log.spent_at, log.user, log.item or "", log.hours)))
    return replace(engagement, timelogs=ordered, hours_difference=theirs - ours)


def _with_bookings(engagement: Engagement, booked: Sequence[Booking]) -> Engagement:
    if not booked:
        return engagement
    ordered = sorted((*engagement.bookings, *booked), key=lambda b: (b.week, b.user, b.kind, b.hours))
    return replace(engagement, bookings=tuple(ordered))
