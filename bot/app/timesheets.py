"""Hours and bookings from CSV files: text → rows and faults, and how they join the portfolio.

Pure: whoever reads the files hands their text in. A bad row is named by file, line and column and left out; the others
count. Equal faults are one, with their count. A file without the right header can't be used at all.
"""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, TypeVar

from bot.app.csv_cells import BadCell, DateOrder, find_order, needed, read_day, read_flag, read_hours, read_week
from bot.app.csv_sheet import Columns, SheetLine, SheetTable, read_table
from bot.domain.errors import Fault
from bot.domain.frozen import frozen
from bot.domain.model import Booking, Engagement, Portfolio, TimeLog
from bot.domain.users import with_one_spelling
from bot.domain.vocabulary import BookingKind

TIMESHEET = Columns(("engagement", "user", "date", "hours", "billable", "approved"), ("item",))
EXPORTED = Columns(TIMESHEET.needed[:4], (*TIMESHEET.needed[4:], "item"))
"""Where the config maps columns, the file is another system's export: it may lack what only we ask for."""
BOOKINGS = Columns(("engagement", "user", "week", "hours", "kind"), ("known",))
HOURS_A_WEEK = 168.0
"""The most of one row: some systems write a row a week."""
SHOWN_LINES = 3
MOST_LOOKUPS = 50
"""So many names that join nothing are looked up in GitLab; the others are named at once."""
T = TypeVar("T", TimeLog, Booking)
Make = Callable[[Mapping[str, str], DateOrder], T]


@dataclass(frozen=True)
class SheetRow(Generic[T]):
    """One good row: the engagement as written (a reference or a SOW), what it says, and where it stands."""

    engagement: str
    value: T
    line: int


@dataclass(frozen=True)
class Sheet(Generic[T]):
    """The good rows of one file, what is wrong with the others, and how many of those each engagement has lost."""

    where: str
    rows: tuple[SheetRow[T], ...]
    faults: tuple[Fault, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)


# -- text → rows


def read_timesheets(
    text: str, where: str, columns: Mapping[str, str] | None = None, today: date | None = None
) -> Sheet[TimeLog]:
    """Rows of `engagement,user,date,hours,billable,approved[,item]`; `columns` are the config's names for them.

    Rows dated after `today` are named and left out. Raises ConfigError when the header lacks a column.
    """
    wanted = replace(EXPORTED if columns else TIMESHEET, named=columns or {})

    def make(cells: Mapping[str, str], order: DateOrder) -> TimeLog:
        log = _timelog(cells, order)
        if today and log.spent_at > today:
            raise BadCell("date", f"{log.spent_at} {FUTURE}", kind=FUTURE)
        return log

    return _read(text, where, wanted, make)


def read_bookings(text: str, where: str, columns: Mapping[str, str] | None = None) -> Sheet[Booking]:
    """Rows of `engagement,user,week,hours,kind[,known]`. Raises ConfigError when the header lacks a column."""
    return _read(text, where, replace(BOOKINGS, named=columns or {}), _booking)


def _timelog(cells: Mapping[str, str], order: DateOrder) -> TimeLog:
    return TimeLog(
        item=cells.get("item") or None,
        user=needed(cells, "user").removeprefix("@"),
        spent_at=read_day(cells, "date", order),
        hours=read_hours(cells, "hours", -HOURS_A_WEEK, HOURS_A_WEEK),
        billable=read_flag(cells, "billable"),
        approved=read_flag(cells, "approved"),
    )


def _booking(cells: Mapping[str, str], order: DateOrder) -> Booking:
    kind = needed(cells, "kind").casefold()
    if kind not in tuple(BookingKind):
        raise BadCell("kind", f"must be hard or soft, not {cells['kind'][:40]!r}", kind="must be hard or soft")
    user = needed(cells, "user").removeprefix("@")
    known = read_day(cells, "known", order) if cells.get("known") else None
    week = read_week(cells, "week", order)
    return Booking(user, week, read_hours(cells, "hours", 0, HOURS_A_WEEK), BookingKind(kind), known)


@frozen
class _Bad:
    line: int
    engagement: str
    problem: BadCell


def _read(text: str, where: str, columns: Columns, make: Make[T]) -> Sheet[T]:
    table: SheetTable = read_table(text, where, columns)
    order: DateOrder = find_order(_dates(table), table.separator)
    rows: list[SheetRow[T]] = []
    bad: list[_Bad] = []
    seen: set[tuple[str, ...]] = set()
    for line in table.rows:
        name = line.cells.get("engagement", "")
        try:
            rows.append(SheetRow(needed(line.cells, "engagement"), _made(line, order, make, seen), line.number))
        except BadCell as problem:
            bad.append(_Bad(line.number, name, problem))
    refused = Counter(b.engagement for b in bad if b.problem.kind not in (DOUBLED, FUTURE))
    faults = [*_grouped(bad, where, table), *_order_faults(order, where)]
    return Sheet(where, tuple(rows), tuple(faults), dict(refused))


FUTURE = "lies in the future: is the year right?"
DOUBLED = "is given more than once in the file; it counts once"


def _made(line: SheetLine, order: DateOrder, make: Make[T], seen: set[tuple[str, ...]]) -> T:
    if line.fault:
        raise BadCell("", line.fault)
    value = make(line.cells, order)
    if line.whole in seen:
        raise BadCell("", f"the same row {DOUBLED}", "Leave one of them out, or tell them apart by a column.", DOUBLED)
    seen.add(line.whole)
    return value


def _dates(table: SheetTable) -> Iterable[str]:
    names = [name for name in ("date", "week", "known") if name in table.places]
    return (line.cells[name] for line in table.rows for name in names if not line.fault)


def _order_faults(order: DateOrder, where: str) -> Iterable[Fault]:
    if order.ambiguous:
        text = "dates such as 03/04/2026 may be day or month first; they are read month first"
        yield Fault(text, where, 0, 0, "Write ISO dates: 2026-11-30.")


def _grouped(bad: Sequence[_Bad], where: str, table: SheetTable) -> Iterable[Fault]:
    """Equal faults are told once: the first, how often, and on which lines."""
    groups: dict[tuple[str, str], list[_Bad]] = {}
    for one in bad:
        groups.setdefault((one.problem.column, one.problem.kind), []).append(one)
    for (column, _), found in groups.items():
        first = found[0]
        text = f"{column}: {first.problem}" if column else str(first.problem)
        if len(found) > 1:
            text += f" ({len(found):,} rows: {lines_of([b.line for b in found])})"
        yield Fault(text, where, first.line, table.places.get(column, 0), first.problem.advice)


def lines_of(numbers: Sequence[int]) -> str:
    """`lines 3, 4, 5 and 7 more`."""
    rest = len(numbers) - SHOWN_LINES
    named = ", ".join(map(str, numbers[:SHOWN_LINES])) + (f" and {rest:,} more" if rest > 0 else "")
    return f"line{'s' if len(numbers) > 1 else ''} {named}"


# -- rows → the portfolio


def add_hours(
    portfolio: Portfolio,
    timesheets: Sheet[TimeLog] | None,
    bookings: Sheet[Booking] | None = None,
    look_up: Callable[[str], str | None] = lambda name: None,
) -> Portfolio:
    """The portfolio with the rows of its engagements; faults of the files join its failures.

    Where timesheets name an engagement they replace GitLab's time logs, and `hours_difference` tells by how many hours
    they differ. Rows of engagements that are known but were not read (closed long ago, another shard) are nobody's here;
    rows that join nothing are named, at the engagement that comes nearest. `look_up` tells what GitLab calls a reference
    from before a rename or a move.
    """
    names = _Names(portfolio, look_up)
    logs = names.sort(timesheets) if timesheets else {}
    booked = names.sort(bookings) if bookings else {}
    lost = names.lost(timesheets) if timesheets else {}
    engagements = tuple(
        _with_bookings(
            _with_timesheets(e, logs.get(e.ref, ()), lost.get(e.ref, 0), timesheets.where if timesheets else ""),
            booked.get(e.ref, ()),
            names.errors.get(e.ref, ()),
        )
        for e in portfolio.engagements
    )
    faults = [f for sheet in (timesheets, bookings) if sheet for f in sheet.faults]
    failures = (*portfolio.failures, *map(str, (*faults, *names.faults)))
    return with_one_spelling(replace(portfolio, engagements=engagements, failures=tuple(dict.fromkeys(failures))))


class _Names:
    """Finds an engagement by what a row calls it: its reference, or its SOW, in any letters."""

    def __init__(self, portfolio: Portfolio, look_up: Callable[[str], str | None]) -> None:
        self._look_up = look_up
        self._now: dict[str, str] = {}
        self.faults: list[Fault] = []
        self.errors: dict[str, list[str]] = {}
        self._refs: dict[str, set[str]] = {}
        self._shown: dict[str, str] = {}
        self._known = {_folded(name) for name in portfolio.known}
        for e in portfolio.engagements:
            for name in filter(None, (e.ref, e.facts.sow)):
                self._refs.setdefault(_folded(name), set()).add(e.ref)
                self._shown.setdefault(_folded(name), name)

    def sort(self, sheet: Sheet[T]) -> dict[str, list[T]]:
        """The rows' values by engagement; a SOW that several engagements carry names none of them."""
        found: dict[str, list[T]] = {}
        strange: dict[str, list[SheetRow[T]]] = {}
        for row in sheet.rows:
            name = self._called(row.engagement)
            refs = self._refs.get(name, set())
            if len(refs) == 1:
                found.setdefault(next(iter(refs)), []).append(row.value)
            elif refs or name not in self._known:
                strange.setdefault(row.engagement, []).append(row)
        for name, rows in strange.items():
            self._name(name, rows, sheet.where)
        return found

    def _called(self, name: str) -> str:
        """The name as it is known, letter case folded; GitLab is asked once for each that is not, up to a limit."""
        folded = _folded(name)
        if folded in self._refs or folded in self._known:
            return folded
        if folded not in self._now and len(self._now) < MOST_LOOKUPS:
            self._now[folded] = _folded(self._look_up(name.strip()) or name)
        return self._now.get(folded, folded)

    def lost(self, sheet: Sheet[T]) -> dict[str, int]:
        """How many refused rows each engagement has."""
        found: Counter[str] = Counter()
        for name, number in sheet.refused.items():
            for ref in self._refs.get(self._called(name), ()):
                found[ref] += number
        return dict(found)

    def _name(self, name: str, rows: Sequence[SheetRow[T]], where: str) -> None:
        """One fault for all rows of a name; it is an error of the engagement that was probably meant."""
        refs = self._refs.get(_folded(name), set())
        count = f"{len(rows):,} row{'s' if len(rows) > 1 else ''}"
        hours = f"{math.fsum(row.value.hours for row in rows):g} h"
        rest = f"({count}, {hours}: {lines_of([row.line for row in rows])})"
        near = [] if refs else difflib.get_close_matches(_folded(name)[:100], self._shown, 1, 0.5)
        if refs:
            text = f"engagement: {name[:80]!r} is the SOW of {' and '.join(sorted(refs))} {rest}"
            advice = "Write the reference instead."
        else:
            text = f"engagement: {name[:80]!r} is not an engagement's reference or SOW {rest}"
            advice = f"The nearest is {self._shown[near[0]]!r}." if near else ""
        fault = Fault(text, where, rows[0].line, 1, advice)
        meant = self._refs[near[0]] if near else set()
        for ref in meant:
            self.errors.setdefault(ref, []).append(str(fault))
        if not meant:
            self.faults.append(fault)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _with_timesheets(engagement: Engagement, logs: Sequence[TimeLog], lost: int, where: str) -> Engagement:
    if lost:
        rows = f"{lost:,} row{'s' if lost > 1 else ''} of {where} could not be read"
        whose = "its hours are less than the timesheet's" if logs else "its hours are GitLab's, not the timesheet's"
        engagement = replace(engagement, errors=(*engagement.errors, f"{rows}: {whose}"))
    if not logs:
        return engagement
    theirs, ours = math.fsum(log.hours for log in logs), math.fsum(log.hours for log in engagement.timelogs)
    ordered = tuple(sorted(logs, key=lambda log: (log.spent_at, log.user, log.item or "", log.hours)))
    return replace(engagement, timelogs=ordered, hours_difference=theirs - ours)


def _with_bookings(engagement: Engagement, booked: Sequence[Booking], errors: Sequence[str]) -> Engagement:
    if errors:
        engagement = replace(engagement, errors=tuple(dict.fromkeys((*engagement.errors, *errors))))
    if not booked:
        return engagement
    ordered = sorted((*engagement.bookings, *booked), key=lambda b: (b.week, b.user, b.kind, b.hours, str(b.known)))
    return replace(engagement, bookings=tuple(ordered))
