"""Working days, fiscal quarters and reporting periods. Values in, values out: nothing here asks for today's date."""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cached_property, lru_cache
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from bot.domain.limits import FIRST_DAY, LAST_DAY

CENTURY = 2000
"""The century that a fiscal year of two digits is in."""
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_KNOWN: Final = 200_000
"""Instants whose day is remembered at a time."""
K = TypeVar("K")
V = TypeVar("V")
ONE_DAY: Final = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = FIRST_DAY.year, LAST_DAY.year
"""Years in which anybody works; others are typing errors, or mean "open"."""


class Remembered(dict[K, V]):
    """Values by key, each made once: the same days are asked for again and again."""

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        found = self[key] = self._make(key)
        return found


@dataclass(frozen=True, order=True)
class Period:
    """A reporting period, both ends included. `name` is `2026-W47`, `2026-10` or `FY27-Q3`."""

    first: date
    last: date
    name: str = field(compare=False)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class WorkCalendar:
    """The organisation's calendar: zone, working weekdays, holidays, first month of the fiscal year, hours a day."""

    timezone: str = "UTC"
    working_weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    holidays: frozenset[date] = frozenset()
    fiscal_year_start: int = 2
    hours_per_day: float = 8.0

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    # -- working days

    def is_working_day(self, day: date) -> bool:
        return day.weekday() in self.working_weekdays and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """`day` itself when it is a working day, else the next one."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def previous_working_day(self, day: date) -> date:
        """`day` itself when it is a working day, else the one before."""
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after `day` (before, when negative); 0 gives `day` itself."""
        step, left = (ONE_DAY if count > 0 else -ONE_DAY), abs(count)
        while weeks := max(left - 1, 0) // len(self.working_weekdays):  # whole ones at once, whatever is far off
            there = day + step * 7 * weeks
            shift = timedelta(0) if count > 0 else ONE_DAY
            left -= abs(self.working_days_between(day - shift, there - shift))
            day = there
        for _ in range(left):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative when `last` is before `first`.

        `first` itself is day 0: Friday to the next Monday is 1.
        """
        if last < first:
            return -self.working_days_between(last, first)
        return self._counted[last] - self._counted[first]

    def working_days(self, first: date, last: date) -> list[date]:
        """The working days from `first` to `last`, both included."""
        return [day for day in days_between(first, last) if self.is_working_day(day)]

    def hours_available(self, first: date, last: date) -> float:
        """Working hours of one person from `first` to `last`, both included."""
        return self.hours_per_day * (self._counted[last] - self._counted[first - ONE_DAY]) if last >= first else 0.0

    @cached_property
    def _counted(self) -> Remembered[date, int]:
        """Working days from the first day of the proleptic calendar to `day`: whole weeks plus the rest, less holidays."""
        return Remembered(self._count_anew)

    def _count_anew(self, day: date) -> int:
        weeks, rest = divmod(day.toordinal(), 7)  # ordinal 1 is a Monday
        weekdays = weeks * len(self.working_weekdays) + sum(1 for d in self.working_weekdays if d < rest)
        return weekdays - bisect_right(self._lost_days, day)

    @cached_property
    def _lost_days(self) -> list[date]:
        return sorted(day for day in self.holidays if day.weekday() in self.working_weekdays)

    def passive_acceptance_day(self, sent: date, days: int) -> date | None:
        """The day at whose end silence accepts: business day number `days`, the day of sending being day 1.

        Sending on a non-working day counts as the next working day. 0 days means never: None.
        """
        return self.add_working_days(self.next_working_day(sent), days - 1) if days > 0 else None

    def last_safe_sending_day(self, quarter_end: date, days: int) -> date | None:
        """The last working day to send a sign-off request that passive acceptance completes by `quarter_end`."""
        if days <= 0:
            return None
        return self.add_working_days(self.previous_working_day(quarter_end), -(days - 1))

    def local_day(self, at: datetime) -> date:
        """The calendar day of an instant in the calendar's zone; a naive instant is taken as it stands."""
        found = self._local_days.get(at)
        return self._find_local_day(at) if found is None else found

    def local_days(self, instants: Iterable[datetime | None]) -> list[date | None]:
        """The calendar day of each instant; None for None."""
        known, find = self._local_days, self._find_local_day
        return [known.get(at) or find(at) if at else None for at in instants]

    def _find_local_day(self, at: datetime) -> date:
        if not isinstance(at.tzinfo, timezone):
            return at.astimezone(self.zone).date() if at.tzinfo else at.date()
        if len(self._local_days) >= MOST_KNOWN:
            self._local_days.clear()
        found = self._local_days[at] = at.astimezone(self.zone).date()
        return found

    @cached_property
    def _local_days(self) -> dict[datetime, date]:
        """Days by instant: the same instants are asked for on every day that is replayed."""
        return {}

    # -- periods

    def fiscal_quarter(self, day: date) -> Period:
        """The fiscal quarter of `day`. FY27-Q4 belongs to the fiscal year that ends in (or is) calendar year 2027."""
        return self._quarters[day]

    @cached_property
    def _quarters(self) -> Remembered[date, Period]:
        return Remembered(self._make_quarter)

    def _make_quarter(self, day: date) -> Period:
        offset = (day.month - self.fiscal_year_start) % 12
        quarter = offset // 3
        first_month = (self.fiscal_year_start - 1 + 3 * quarter) % 12 + 1
        first = date(day.year - (1 if first_month > day.month else 0), first_month, 1)
        last = add_months(first, 3) - ONE_DAY
        year_end = add_months(first, 3 * (4 - quarter)) - ONE_DAY
        return Period(first, last, f"FY{fiscal_year_name(year_end.year)}-Q{quarter + 1}")

    def quarter_named(self, name: str) -> Period:
        """The quarter `FY27-Q3` (of another century: `FY1927-Q3`). Raises ValueError when it is not such a name."""
        match = re.fullmatch(r"FY(\d\d|\d{4})-Q([1-4])", name)
        if not match:
            raise ValueError(f"{name!r} is not a fiscal quarter such as FY27-Q3")
        year = int(match[1]) if len(match[1]) == 4 else CENTURY + int(match[1])
        if fiscal_year_name(year) != match[1]:
            raise ValueError(f"{name!r} is not a fiscal quarter such as FY27-Q3")
        year_end = date(year, (self.fiscal_year_start - 2) % 12 + 1, 1)
        return self.fiscal_quarter(add_months(year_end, -3 * (4 - int(match[2]))))

    def quarters(self, first: date, last: date) -> list[Period]:
        """The fiscal quarters that touch `first` to `last`."""
        found = [self.fiscal_quarter(first)]
        while found[-1].last < last:
            found.append(self.fiscal_quarter(found[-1].last + ONE_DAY))
        return found


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return (date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1))


def add_months(day: date, months: int) -> date:
    """`day` moved by whole months; the 31st becomes a shorter month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, add_months(first, 1) - ONE_DAY, f"{first:%Y-%m}")


@lru_cache(maxsize=8192)
def week_of(day: date) -> Period:
    """The ISO week of `day`, Monday to Sunday."""
    first = day - timedelta(days=day.weekday())
    year, week, _ = day.isocalendar()
    return Period(first, first + timedelta(days=6), f"{year}-W{week:02d}")


def week_named(name: str) -> Period:
    """The ISO week `2026-W47`. Raises ValueError when there is none of that name."""
    match = re.fullmatch(r"(\d{4})-W(\d\d)", name)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise ValueError(f"{name!r} is not an ISO week such as 2026-W47")
    return week_of(date.fromisocalendar(int(match[1]), int(match[2]), 1))


def month_named(name: str) -> Period:
    """The month `2026-10`. Raises ValueError when it is not such a name."""
    match = re.fullmatch(r"(\d{4})-(\d\d)", name)
    if not match or not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise ValueError(f"{name!r} is not a month such as 2026-10")
    return month_of(date(int(match[1]), int(match[2]), 1))


def holiday_days(names: Iterable[str], years: Iterable[int]) -> frozenset[date]:
    """Public holidays of countries (`US`), their regions (`DE-BY`), and single days (`2026-12-24`).

    Raises ValueError naming the entry that is neither. The library is loaded only when a country is asked for.
    """
    found: set[date] = set()
    span = list(years)
    for name in names:
        try:
            found.add(date.fromisoformat(name))
            continue
        except ValueError:
            pass
        found |= _country_days(name, span)
    return frozenset(found)


def _country_days(name: str, years: list[int]) -> set[date]:
    import holidays

    country, _, region = name.partition("-")
    try:
        return set(holidays.country_holidays(country.upper(), subdiv=region or None, years=years))
    except NotImplementedError as error:
        raise ValueError(f"{name!r} is neither a country (US), a region (DE-BY) nor a date") from error


def fiscal_year_name(year: int) -> str:
    """`27` of 2027; a year of another century has all its digits, so that no name means two years."""
    return f"{year % 100:02d}" if CENTURY <= year < CENTURY + 100 else str(year)
