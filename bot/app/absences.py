"""Absences from CSV or iCalendar files, as leave systems and team calendars export them → what the config says of people.

Pure: whoever reads the files hands their text in. What can't be read, or is nobody's, is named and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from bot.app.csv_cells import BadCell, find_order, needed, read_day
from bot.app.csv_sheet import Columns, SheetLine, read_table
from bot.config.people import LONGEST_ABSENCE, Absence, Person
from bot.domain.frozen import frozen

OTHER_NAMES = {
    "username": "user", "person": "user", "from": "first", "start": "first", "to": "last", "end": "last", "until": "last",
}  # fmt: skip
SHOWN = 5
_WORD = re.compile(r"[\w.@+-]+")
_ONE_DAY = timedelta(days=1)


@frozen
class Absences:
    """Who is away when, and what could not be read."""

    away: tuple[tuple[str, Absence], ...] = ()
    faults: tuple[str, ...] = ()


def read_absences(
    text: str, where: str, people: Mapping[str, Person], zone: tzinfo, columns: Mapping[str, str]
) -> Absences:
    """The absences of one file. Raises ConfigError where a CSV lacks a column."""
    if text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR"):
        return _from_calendar(text, where, people, zone)
    return _from_sheet(text, where, columns)


def with_absences(people: Mapping[str, Person], found: Iterable[tuple[str, Absence]]) -> dict[str, Person]:
    """`people` with these absences added to theirs; usernames ignore letter case."""
    merged, spelled = dict(people), {name.casefold(): name for name in people}
    for user, absence in found:
        name = spelled.setdefault(user.casefold(), user)
        person = merged.get(name, Person())
        if absence not in person.away:
            merged[name] = person.model_copy(update={"away": (*person.away, absence)})
    return merged


# -- CSV


def _from_sheet(text: str, where: str, columns: Mapping[str, str]) -> Absences:
    table = read_table(text, where, Columns(("user", "first"), ("last",), {**OTHER_NAMES, **columns}))
    dates = [line.cells[n] for line in table.rows for n in ("first", "last") if line.cells.get(n)]
    order = find_order(dates, table.separator)
    away: list[tuple[str, Absence]] = []
    faults: list[str] = []
    for line in table.rows:
        try:
            away.append(_row(line, order))
        except BadCell as problem:
            faults.append(f"{where}:{line.number}: {problem.column + ': ' if problem.column else ''}{problem}")
    return Absences(tuple(away), _some(faults))


def _row(line: SheetLine, order: Any) -> tuple[str, Absence]:
    if line.fault:
        raise BadCell("", line.fault)
    user = needed(line.cells, "user").removeprefix("@")
    first = read_day(line.cells, "first", order)
    last = read_day(line.cells, "last", order) if line.cells.get("last") else first
    return user, _absence(first, last)


def _absence(first: date, last: date) -> Absence:
    if not first <= last <= first + LONGEST_ABSENCE:
        raise BadCell("last", f"{last} is before {first}, or more than ten years after it")
    return Absence(first=first, last=last)


def _some(faults: list[str]) -> tuple[str, ...]:
    more = len(faults) - SHOWN
    return (
        (*faults[:SHOWN], f"{faults[0].partition(':')[0]}: {more} more entries can't be read")
        if more > 0
        else tuple(faults)
    )


# -- iCalendar


def _from_calendar(text: str, where: str, people: Mapping[str, Person], zone: tzinfo) -> Absences:
    from icalendar import Calendar  # an eighth of a second, for those who have such a file

    away: list[tuple[str, Absence]] = []
    faults: list[str] = []
    try:
        events = [event for calendar in Calendar.from_ical(text, multiple=True) for event in calendar.walk("VEVENT")]
    except (ValueError, IndexError, KeyError) as error:
        return Absences((), (f"{where}: cannot be read as a calendar ({type(error).__name__})",))
    for event in events:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            away += _event(event, people, where, zone)
        except BadCell as problem:
            faults.append(f"{where}: {str(event.get('SUMMARY', 'an event'))[:60]!r}: {problem}")
    return Absences(tuple(away), _some(faults))


def _event(event: Any, people: Mapping[str, Person], where: str, zone: tzinfo) -> Iterator[tuple[str, Absence]]:
    users = _whose(event, people, where)
    if not users:
        raise BadCell("", "is nobody's: name a username, or an e-mail address that stands under `people`")
    if event.get("RRULE"):
        raise BadCell("", "repeats, which is not read: write each absence")
    first, last = _days(event, zone)
    return iter([(user, _absence(first, last)) for user in users])


def _days(event: Any, zone: tzinfo) -> tuple[date, date]:
    """Both days of it. An end is the first day after a whole-day event; an instant's end at midnight is the day before."""
    start, end = event.get("DTSTART"), event.get("DTEND")
    if start is None:
        raise BadCell("", "has no beginning")
    begin, until = start.dt, end.dt if end is not None else None
    if until is None and event.get("DURATION") is not None:
        until = begin + event.get("DURATION").dt
    if not isinstance(begin, datetime):
        return begin, max(begin, until - _ONE_DAY) if until is not None else begin
    first = _local(begin, zone).date()
    last = (_local(until, zone) - timedelta(seconds=1)).date() if isinstance(until, datetime) else first
    return first, max(first, last)


def _local(at: datetime, zone: tzinfo) -> datetime:
    return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)


def _whose(event: Any, people: Mapping[str, Person], where: str) -> list[str]:
    """By attendee, else by a name in its summary, else by organizer, else by the file's name."""
    known = {name.casefold(): name for name in people}
    known |= {person.email.casefold(): name for name, person in people.items() if person.email}
    stem = re.split(r"[\\/]", where)[-1].rpartition(".")[0]
    said = (
        _mails(event.get("ATTENDEE")),
        _WORD.findall(str(event.get("SUMMARY", ""))),
        _mails(event.get("ORGANIZER")),
        [stem],
    )
    for names in said:
        found = [known[name.casefold().strip("@.,")] for name in names if name.casefold().strip("@.,") in known]
        if found:
            return sorted(set(found))
    return []


def _mails(values: Any) -> list[str]:
    found = values if isinstance(values, list) else [values] if values is not None else []
    return [str(value).partition(":")[2] or str(value) for value in found]
