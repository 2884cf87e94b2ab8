"""Billable utilisation of the fiscal quarter so far."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.people.availability import Availability
from bot.derive.people.utilisation import Utilisation, measure_utilisation
from bot.domain.calendar import WorkCalendar
from tests.builders import CALENDAR, make_engagement, make_item, make_log, make_settings

LABELS = make_settings().labels
FIRST_WEEK_END = date(2026, 11, 6)
"""FY27-Q4 began on Sunday 1 November 2026: five working days, 40 hours."""


def measure(*logs: Any, calendar: WorkCalendar = CALENDAR, items: Any = ()) -> Utilisation:
    return measure_utilisation(
        [make_engagement(timelogs=logs, items=items)], FIRST_WEEK_END, Availability(calendar), LABELS
    )


def test_billable_hours_by_the_hours_there_were() -> None:
    found = measure(make_log(None, 28, "2026-11-03"), make_log(None, 4, "2026-11-04", user="bob"))
    assert found.by_person == {"ann": pytest.approx(0.7), "bob": pytest.approx(0.1)}
    assert found.overall == pytest.approx(0.4)


def test_what_can_t_be_billed_counts_as_time_of_the_person_only() -> None:
    free = make_item(1, labels=["non-billable"])
    found = measure(make_log(free, 8, "2026-11-03"), make_log(None, 8, "2026-11-03", billable=False), items=[free])
    assert found.by_person == {"ann": 0}


def test_hours_of_another_quarter_or_of_the_future_do_not_count() -> None:
    assert measure(make_log(None, 28, "2026-10-30"), make_log(None, 28, "2026-11-09")) == Utilisation()


def test_holidays_are_no_hours_to_sell() -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 11, 3)}))
    assert measure(make_log(None, 16, "2026-11-04"), calendar=calendar).overall == pytest.approx(0.5)


def test_before_the_first_working_day_nothing_is_known() -> None:
    log = make_log(None, 2, "2026-11-01")
    found = measure_utilisation([make_engagement(timelogs=[log])], date(2026, 11, 1), Availability(CALENDAR), LABELS)
    assert (found.overall, found.by_person) == (None, {})
