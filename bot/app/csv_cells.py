"""Cells of a spreadsheet → values: dates in one order, either decimal sign, yes and no as people write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date

from bot.domain.calendar import week_named
from bot.domain.frozen import frozen
from bot.domain.limits import is_sane_day

YES = frozenset(
    [
        "true",
        "yes",
        "y",
        "1",
        "x",
        "t",
        "on",
        "billable",
        "approved",
        "invoiced",
        "wahr",
        "ja",
        "vrai",
        "oui",
        "sí",
        "si",
        "verdadero",
        "sim",
        "vero",
    ]
)
NO = frozenset(
    [
        "false",
        "no",
        "n",
        "0",
        "f",
        "off",
        "non-billable",
        "nonbillable",
        "unapproved",
        "rejected",
        "submitted",
        "draft",
        "open",
        "pending",
        "saved",
        "falsch",
        "nein",
        "faux",
        "non",
        "falso",
        "não",
    ]
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_ISO = re.compile(rf"(?P<y>\d{{4}})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}}){_TIME}", re.I)
_NUMERIC = re.compile(rf"(?P<a>\d{{1,2}})(?P<s>[-/.])(?P<b>\d{{1,2}})(?P=s)(?P<y>\d{{4}}|\d{{2}}){_TIME}", re.I)
_NAMED = re.compile(r"(?P<d>\d{1,2})[-. /]+(?P<m>[A-Za-z]{3})[a-z]*[-. /,]+(?P<y>\d{4}|\d{2})")
_WEEK = re.compile(r"(?P<y>\d{4})-?W(?P<w>\d{1,2})", re.A)
_NAMED_FIRST = re.compile(r"(?P<m>[A-Za-z]{3})[a-z]* (?P<d>\d{1,2}),? (?P<y>\d{4})")


class BadCell(ValueError):
    """A cell that can't be read, by the name of its column. `kind` is the same for equal faults."""

    def __init__(self, column: str, message: str, advice: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.advice = advice
        self.kind = kind or message


@frozen
class DateOrder:
    """How the numeric dates of a file are to be read: day or month first; neither where no order fits every row."""

    day_first: bool | None = None
    ambiguous: bool = False


def find_order(cells: Iterable[str], separator: str) -> DateOrder:
    """The one order that fits every date of the file. A row that is a date in neither order is no witness."""
    found = [match for cell in cells if (match := _NUMERIC.fullmatch(cell.strip()))]
    days, months = [_numeric(m, True) for m in found], [_numeric(m, False) for m in found]
    rows = [(d, m) for d, m in zip(days, months, strict=True) if d or m]
    fits = all(d for d, _ in rows), all(m for _, m in rows)
    if fits == (True, True):
        usual = separator == ";" or any(m["s"] == "." for m in found)
        return DateOrder(usual, any(d != m for d, m in rows) and not usual)
    return DateOrder(fits[0] if any(fits) else None)


def _numeric(match: re.Match[str], day_first: bool) -> date | None:
    first, second = int(match["a"]), int(match["b"])
    return _date(match["y"], *((second, first) if day_first else (first, second)))


def _date(year: str, month: int, day: int) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    except ValueError:
        return None


def needed(cells: Mapping[str, str], name: str) -> str:
    """A cell that may not be empty."""
    if not cells[name]:
        raise BadCell(name, "is empty")
    return cells[name]


def read_day(cells: Mapping[str, str], name: str, order: DateOrder) -> date:
    """A day, ISO or in the file's order."""
    text = needed(cells, name)
    numeric = _NUMERIC.fullmatch(text)
    if numeric and order.day_first is None and (_numeric(numeric, True) or _numeric(numeric, False)):
        kind = "no one order of day and month fits the dates of this file"
        raise BadCell(name, f"{kind}, such as {text[:40]!r}", "Write ISO dates: 2026-11-30.", kind)
    day = _numeric(numeric, bool(order.day_first)) if numeric else _written(text)
    if day is None:
        kind = "must be a date such as 2026-11-30"
        raise BadCell(name, f"{kind}, not {text[:40]!r}", kind=kind)
    if not is_sane_day(day):
        kind = "is not a day on which somebody worked: is the year right?"
        raise BadCell(name, f"{text[:40]!r} {kind}", kind=kind)
    return day


def _written(text: str) -> date | None:
    if iso := _ISO.fullmatch(text):
        return _date(iso["y"], int(iso["m"]), int(iso["d"]))
    named = _NAMED.fullmatch(text) or _NAMED_FIRST.fullmatch(text)
    if named and named["m"].casefold() in MONTHS:
        return _date(named["y"], MONTHS.index(named["m"].casefold()) + 1, int(named["d"]))
    return None


def read_week(cells: Mapping[str, str], name: str, order: DateOrder) -> str:
    """An ISO week, or any day of it."""
    text = needed(cells, name)
    try:
        found = week_named(_WEEK.sub(_iso_week, text.upper().replace(" ", "")))
        if is_sane_day(date.fromisocalendar(int(found.name[:4]), 1, 4)):
            return found.name
    except (ValueError, OverflowError):
        pass
    try:
        year, week, _ = read_day(cells, name, order).isocalendar()
        return f"{year}-W{week:02d}"
    except BadCell as problem:
        kind = "must be an ISO week such as 2026-W47"
        raise BadCell(name, f"{kind}, not {text[:40]!r}", kind=kind) from problem


def _iso_week(match: re.Match[str]) -> str:
    """`2026W47` and `2026-W1` as the calendar writes them."""
    return f"{match['y']}-W{int(match['w']):02d}"


def read_hours(cells: Mapping[str, str], name: str, least: float, most: float) -> float:
    """Hours with either decimal sign, or as `7:30` or `7h 30m`."""
    text = needed(cells, name)
    hours = _number(text)
    if not math.isfinite(hours):
        raise BadCell(name, f"must be a number, not {text[:40]!r}", kind="must be a number")
    if not least <= hours <= most:
        kind = f"must lie between {least:g} and {most:g}"
        raise BadCell(name, f"{kind}, but is {hours:g}", kind=kind)
    return hours


def _number(text: str) -> float:
    text = text.replace("\N{MINUS SIGN}", "-")
    plain = re.sub(r"[\s\u00a0\u202f']|h(?:rs?|ours?)?\.?$", "", text, flags=re.I)
    if clock := re.fullmatch(r"(-?)(\d{1,3}):([0-5]\d)(?::[0-5]\d)?", plain):
        return float(clock[1] + "1") * (int(clock[2]) + int(clock[3]) / 60)
    if spoken := re.fullmatch(r"(-?)(\d{1,3})h([0-5]?\d)m?(?:in)?", plain, re.I):
        return float(spoken[1] + "1") * (int(spoken[2]) + int(spoken[3]) / 60)
    if "," in plain and "." in plain:
        plain = plain.replace("." if plain.rfind(",") > plain.rfind(".") else ",", "")
    if not re.fullmatch(r"[-+]?(?:\d{1,15}(?:[.,]\d{0,20})?|[.,]\d{1,15})(?:[eE][-+]?\d{1,3})?", plain):
        return math.nan
    return float(plain.replace(",", "."))


def read_flag(cells: Mapping[str, str], name: str) -> bool:
    """Yes or no. A column that the file does not have says yes."""
    if name not in cells:
        return True
    text = needed(cells, name).casefold().replace(" ", "-")
    if text not in YES | NO:
        kind = "must be true or false"
        raise BadCell(name, f"{kind}, not {cells[name][:40]!r}", kind=kind)
    return text in YES
