"""How many hours a person has: working days of the calendar, less their absences, at their own hours a week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from bot.config.people import Person
from bot.domain.calendar import WorkCalendar
from bot.domain.model import EMPTY

NOBODY = Person()


@dataclass(frozen=True)
class Availability:
    """The one picture of capacity: utilisation, load, risks and forecasts ask it. Usernames ignore letter case."""

    calendar: WorkCalendar
    people: Mapping[str, Person] = field(default_factory=lambda: EMPTY)

    def person(self, user: str) -> Person:
        """What the config says of a user; an empty entry for one it does not name."""
        return self._folded.get(user.casefold(), NOBODY)

    def hours(self, user: str, first: date, last: date) -> float:
        """Working hours of `user` from `first` to `last`, both included."""
        days = max(
            self.calendar.hours_available(first, last) / self.calendar.hours_per_day - self._lost(user, first, last), 0
        )
        return days * self.hours_per_day(user)

    def hours_per_day(self, user: str) -> float:
        """Hours of one of the person's working days."""
        weekly = self.person(user).hours_per_week
        return self.calendar.hours_per_day if weekly is None else weekly / len(self.calendar.working_weekdays)

    def partner(self, user: str) -> str | None:
        """The partner whose figures this person counts in; None for our own people."""
        return self.person(user).partner

    def is_away(self, user: str, day: date) -> bool:
        """Whether the person is away on `day`."""
        return self.person(user).is_away(day)

    def away_until(self, user: str, day: date) -> date | None:
        """The last day of the absence that `day` falls into, or of those that follow it without a gap; None for none."""
        last, gap = None, day
        for absence in sorted(self.person(user).away, key=lambda a: a.first):
            if absence.first <= gap and absence.last >= day:
                last = max(last or absence.last, absence.last)
                gap = last + timedelta(days=1)
        return last if self.is_away(user, day) else None

    @cached_property
    def _folded(self) -> dict[str, Person]:
        return {name.casefold(): person for name, person in self.people.items()}

    def _lost(self, user: str, first: date, last: date) -> int:
        """Working days of absence within the span, each once."""
        spans = [(max(a.first, first), min(a.last, last)) for a in self.person(user).away]
        away = {day for start, end in spans if start <= end for day in self.calendar.working_days(start, end)}
        return len(away)
