"""A CSV of what was sold → one SOW a row, or every mistake with its line and column. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from bot.app.csv_cells import BadCell, DateOrder, find_order, read_day
from bot.app.csv_sheet import Row, read_rows
from bot.config.sold import (
    NEEDED,
    CellProblem,
    Pattern,
    column_sign,
    columns_of,
    currency_of,
    make_sow,
    read_amount,
    unknown_columns,
)
from bot.config.sow import Sow
from bot.domain.errors import ConfigError, Fault
from bot.domain.frozen import frozen
from bot.domain.mistakes import given, nearest

ORDERS: Mapping[str, DateOrder] = {"dmy": DateOrder(True), "mdy": DateOrder(False)}
MONEY_AND_HOURS = ("value", "hours", "rate")
DAYS = ("start", "end")


@frozen
class Sold:
    """One row: the SOW, and the line that it stands on."""

    line: int
    sow: Sow


@frozen
class SoldList:
    """What a file holds, and what was left out that a person would want to know."""

    rows: tuple[Sold, ...]
    notes: tuple[str, ...] = ()


@frozen
class _Sheet:
    where: str
    places: Mapping[str, int]
    order: DateOrder
    signs: Mapping[str, str | None]
    pattern: Pattern
    width: int
    people: set[str] = field(default_factory=set)
    """Names of people that are no usernames."""


def read_sold(text: str, where: str, pattern: Pattern, dates: str | None = None) -> SoldList:
    """All rows. Raises ConfigError with every mistake: nothing is made of a file that has one."""
    rows, _ = read_rows(text, where, lambda cell: bool(columns_of([cell])))
    header = rows[0] if rows else (1, [], "")
    places = columns_of(header[1])
    lacking = [key for key in NEEDED if key not in places]
    if lacking:
        faults = tuple(Fault(told, where, header[0]) for told in unknown_columns(lacking))
        raise ConfigError("can't be used", where, "Rename the columns, or export them too.", faults)
    body = rows[1:]
    sheet = _Sheet(where, places, _order(body, places, where, dates), _signs(body, places), pattern, len(header[1]))
    return _made(body, sheet, header[1])


def _made(body: Sequence[Row], sheet: _Sheet, header: Sequence[str]) -> SoldList:
    found: list[Sold] = []
    faults: list[Fault] = []
    for row in body:
        try:
            found.append(Sold(row[0], _sow(row, sheet)))
        except (BadCell, CellProblem) as problem:
            key = problem.column if isinstance(problem, BadCell) else problem.key
            place = sheet.places.get(key)
            name = header[place].strip() if place is not None else key
            column = 0 if place is None else place + 1
            faults.append(Fault(f"{name}: {problem}", sheet.where, row[0], column, problem.advice))
    faults += _doubles(found, sheet.where)
    if faults:
        count = f"{len(faults)} mistake{'s' if len(faults) > 1 else ''} in {len(body)} rows"
        raise ConfigError(count, sheet.where, "Nothing was made; correct these.", tuple(faults))
    return SoldList(tuple(found), tuple(_notes(sheet)))


def _sow(row: Row, sheet: _Sheet) -> Sow:
    _, cells, fault = row
    if fault or len(cells) > sheet.width:
        raise CellProblem("", fault or f"has {len(cells)} cells, not {sheet.width}")
    texts = {key: cells[place].strip() if place < len(cells) else "" for key, place in sheet.places.items()}
    values: dict[str, object] = dict(texts)
    for key in DAYS:
        values[key] = read_day(texts, key, sheet.order)
    for key in MONEY_AND_HOURS:
        if key in texts:
            values[key] = read_amount(texts[key], key, sheet.signs.get(key))
    if not values.get("currency") and (named := currency_of(texts.get("value", ""))):
        values["currency"] = named
    sheet.people.update(name for key in ("pm", "architect") if " " in (name := texts.get(key, "")))
    if not texts["customer"]:
        raise CellProblem("customer", "is empty")
    return make_sow(values, sheet.pattern)


def _order(body: Sequence[Row], places: Mapping[str, int], where: str, asked: str | None) -> DateOrder:
    """The one order of day and month in this file. Raises ConfigError where either is possible: nobody guesses a date."""
    if asked:
        if asked not in ORDERS:
            raise ConfigError(f"{asked!r} is no order of dates", "--dates", f"Use dmy or mdy. {nearest(asked, ORDERS)}")
        return ORDERS[asked]
    cells = [
        (number, places[key], row[places[key]]) for number, row, _ in body for key in DAYS if places[key] < len(row)
    ]
    order = find_order((cell for _, _, cell in cells), ",")
    if not order.ambiguous:
        return order
    number, place, cell = next(c for c in cells if _either(c[2]))
    told = f"day or month first{given(cell)}: the dates of this file can be read both ways"
    raise ConfigError(
        "can't be used", where, "Say --dates dmy or --dates mdy, or write 2026-11-30.",
        (Fault(told, where, number, place + 1),),
    )  # fmt: skip


def _either(cell: str) -> bool:
    found = []
    for order in ORDERS.values():
        try:
            found.append(read_day({"day": cell.strip()}, "day", order))
        except BadCell:
            return False
    return found[0] != found[1]


def _signs(body: Sequence[Row], places: Mapping[str, int]) -> dict[str, str | None]:
    """The decimal sign of each column of numbers, as far as its cells tell."""
    return {
        key: column_sign(row[places[key]] for _, row, _ in body if places[key] < len(row))
        for key in MONEY_AND_HOURS
        if key in places
    }


def _doubles(found: Sequence[Sold], where: str) -> Iterator[Fault]:
    """Two rows that would be one engagement: the same SOW, or the same project."""
    seen: dict[str, int] = {}
    for sold in found:
        for what, name in (("SOW", sold.sow.sow), ("project", sold.sow.project)):
            key = f"{what} {name.casefold()}"
            if key in seen:
                yield Fault(f"the {what} {name} stands in line {seen[key]} too", where, sold.line)
            seen.setdefault(key, sold.line)


def _notes(sheet: _Sheet) -> Iterator[str]:
    if sheet.people:
        some = ", ".join(sorted(sheet.people)[:5]) + (" …" if len(sheet.people) > 5 else "")
        yield f"no usernames, left out: {some}; set `pm` in the facts"
