"""Hours that a person has: absences, part time, partners."""

from __future__ import annotations

from datetime import date

import pytest

from bot.config.people import Person
from bot.derive.people.availability import Availability
from bot.derive.people.utilisation import measure_utilisation
from tests.builders import CALENDAR, make_engagement, make_log, make_settings

MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)


@pytest.mark.parametrize(
    ("person", "hours"),
    [
        ({}, 40),
        ({"hours_per_week": 20}, 20),
        ({"away": ["2026-11-17..2026-11-18", "2026-11-18", "2026-11-21"]}, 24),
        ({"away": ["2026-01-01..2026-12-31"]}, 0),
        ({"hours_per_week": 30, "away": ["2026-11-20"]}, 24),
    ],
)
def test_hours_of_a_week(person: dict[str, object], hours: float) -> None:
    found = Availability(CALENDAR, {"Ann": Person.model_validate(person)})
    assert found.hours("ann", MONDAY, SUNDAY) == hours


def test_a_partners_people_are_not_in_our_utilisation() -> None:
    people = {"mei": Person(partner="Kumo"), "ann": Person(hours_per_week=20)}
    engagement = make_engagement(timelogs=[make_log(None, 8, "2026-11-03", user=u) for u in ("mei", "ann")])
    found = measure_utilisation([engagement], date(2026, 11, 8), Availability(CALENDAR, people), make_settings().labels)
    assert found.by_person == {"ann": 8 / 20}
    assert found.overall == 8 / 20
