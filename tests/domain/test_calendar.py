"""Working days, fiscal quarters, passive acceptance and periods: hand-computed cases, and what must always hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.calendar import (
    Period,
    WorkCalendar,
    add_months,
    holiday_days,
    month_named,
    month_of,
    week_named,
    week_of,
)

PLAIN = WorkCalendar()
US = WorkCalendar(timezone="America/New_York", holidays=holiday_days(["US"], range(2024, 2029)))
DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))
CALENDARS = st.builds(
    WorkCalendar,
    working_weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda s: tuple(sorted(s))),
    holidays=st.frozensets(DAYS, max_size=30),
)


def test_friday_to_monday_is_one_working_day() -> None:
    assert PLAIN.working_days_between(date(2026, 11, 20), date(2026, 11, 23)) == 1


def test_a_start_on_the_day_itself_is_day_zero() -> None:
    assert PLAIN.working_days_between(date(2026, 11, 20), date(2026, 11, 20)) == 0


def test_going_back_is_negative() -> None:
    assert PLAIN.working_days_between(date(2026, 11, 23), date(2026, 11, 20)) == -1


def test_thanksgiving_is_no_working_day() -> None:
    thanksgiving = date(2026, 11, 26)
    assert not US.is_working_day(thanksgiving)
    assert US.working_days_between(date(2026, 11, 25), date(2026, 11, 27)) == 1
    assert US.add_working_days(date(2026, 11, 25), 1) == date(2026, 11, 27)


def test_a_holiday_on_a_weekend_takes_no_working_day() -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 11, 21)}))
    assert calendar.working_days_between(date(2026, 11, 16), date(2026, 11, 23)) == 5


def test_a_week_that_starts_on_sunday_is_possible() -> None:
    calendar = WorkCalendar(working_weekdays=(0, 1, 2, 3, 6))
    assert [d.day for d in calendar.working_days(date(2026, 11, 20), date(2026, 11, 24))] == [22, 23, 24]


def test_the_leap_day_is_a_working_day_like_any_other() -> None:
    assert PLAIN.working_days_between(date(2028, 2, 28), date(2028, 3, 1)) == 2
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)
    assert month_of(date(2028, 2, 10)).last == date(2028, 2, 29)


@given(CALENDARS, DAYS, DAYS)
@settings(max_examples=60, deadline=None)
def test_working_days_between_counts_the_days_one_by_one(calendar: WorkCalendar, a: date, b: date) -> None:
    first, last = min(a, b), max(a, b)
    counted = len(calendar.working_days(first, last)) - calendar.is_working_day(first)
    assert calendar.working_days_between(first, last) == counted
    assert calendar.working_days_between(last, first) == -counted


@given(CALENDARS, DAYS, st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_adding_working_days_is_counted_back(calendar: WorkCalendar, day: date, count: int) -> None:
    later = calendar.add_working_days(day, count)
    assert calendar.is_working_day(later)
    assert calendar.working_days_between(day, later) == count


@given(CALENDARS, DAYS, st.integers(-60, 60))
@settings(max_examples=200)
def test_adding_working_days_goes_from_one_to_the_next(calendar: WorkCalendar, day: date, count: int) -> None:
    walked, step = day, timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        walked += step
        while not calendar.is_working_day(walked):
            walked += step
    assert calendar.add_working_days(day, count) == walked


def test_hours_available_skip_weekends_and_holidays() -> None:
    assert US.hours_available(date(2026, 11, 23), date(2026, 11, 29)) == 4 * 8
    assert US.hours_available(date(2026, 11, 29), date(2026, 11, 23)) == 0


# -- passive acceptance: the day of sending is day 1


def test_five_business_days_from_monday_end_on_friday() -> None:
    assert PLAIN.passive_acceptance_day(date(2026, 11, 16), 5) == date(2026, 11, 20)


def test_sending_on_saturday_counts_as_monday() -> None:
    assert PLAIN.passive_acceptance_day(date(2026, 11, 14), 5) == date(2026, 11, 20)


def test_a_holiday_puts_passive_acceptance_off() -> None:
    assert US.passive_acceptance_day(date(2026, 11, 23), 5) == date(2026, 11, 30)


def test_no_days_means_no_passive_acceptance() -> None:
    assert PLAIN.passive_acceptance_day(date(2026, 11, 16), 0) is None
    assert PLAIN.last_safe_sending_day(date(2027, 1, 31), 0) is None


def test_the_last_safe_sending_day_before_a_quarter_that_ends_on_sunday() -> None:
    # FY27-Q4 ends on Sunday 31 January 2027; five business days that end on Friday 29 begin on Monday 25.
    assert PLAIN.last_safe_sending_day(date(2027, 1, 31), 5) == date(2027, 1, 25)


@given(CALENDARS, DAYS, st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_the_last_safe_day_is_safe_and_the_next_is_not(calendar: WorkCalendar, end: date, days: int) -> None:
    last = calendar.last_safe_sending_day(end, days)
    assert last is not None
    accepted = calendar.passive_acceptance_day(last, days)
    too_late = calendar.passive_acceptance_day(calendar.add_working_days(last, 1), days)
    assert accepted is not None
    assert accepted <= end
    assert too_late is not None
    assert too_late > end


# -- fiscal quarters


@pytest.mark.parametrize(
    ("day", "name", "first", "last"),
    [
        (date(2026, 11, 20), "FY27-Q4", date(2026, 11, 1), date(2027, 1, 31)),
        (date(2027, 1, 31), "FY27-Q4", date(2026, 11, 1), date(2027, 1, 31)),
        (date(2027, 2, 1), "FY28-Q1", date(2027, 2, 1), date(2027, 4, 30)),
        (date(2026, 2, 1), "FY27-Q1", date(2026, 2, 1), date(2026, 4, 30)),
        (date(2026, 7, 31), "FY27-Q2", date(2026, 5, 1), date(2026, 7, 31)),
    ],
)
def test_a_fiscal_year_from_february_is_named_for_the_year_it_ends_in(
    day: date, name: str, first: date, last: date
) -> None:
    quarter = PLAIN.fiscal_quarter(day)
    assert (quarter.name, quarter.first, quarter.last) == (name, first, last)


def test_a_calendar_fiscal_year_is_named_for_itself() -> None:
    calendar = WorkCalendar(fiscal_year_start=1)
    assert calendar.fiscal_quarter(date(2027, 12, 31)).name == "FY27-Q4"
    assert calendar.fiscal_quarter(date(2027, 1, 1)).name == "FY27-Q1"


@given(DAYS, st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_a_quarter_holds_its_day_and_is_found_by_name(day: date, start: int) -> None:
    calendar = WorkCalendar(fiscal_year_start=start)
    quarter = calendar.fiscal_quarter(day)
    assert day in quarter
    assert 89 <= quarter.days <= 92
    assert calendar.quarter_named(quarter.name) == quarter
    assert calendar.fiscal_quarter(quarter.last + timedelta(days=1)).first == quarter.last + timedelta(days=1)


def test_quarters_cover_a_span_without_gaps() -> None:
    names = [q.name for q in PLAIN.quarters(date(2026, 10, 31), date(2027, 2, 1))]
    assert names == ["FY27-Q3", "FY27-Q4", "FY28-Q1"]


@pytest.mark.parametrize("name", ["FY27-Q5", "FY2027-Q1", "Q1", "", "FY27-Q0"])
def test_what_is_no_quarter_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="fiscal quarter"):
        PLAIN.quarter_named(name)


# -- weeks, months, zones


def test_iso_weeks_belong_to_the_year_of_their_thursday() -> None:
    assert week_of(date(2027, 1, 1)).name == "2026-W53"
    assert week_named("2026-W53") == week_of(date(2027, 1, 3))


@pytest.mark.parametrize("name", ["2026-W54", "2026-W00", "2026-47", "W47", "2025-W53"])
def test_what_is_no_week_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        week_named(name)


@pytest.mark.parametrize("name", ["2026-13", "2026-00", "2026-1", "october"])
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        month_named(name)


@given(DAYS)
@settings(max_examples=50, deadline=None)
def test_periods_are_found_by_their_names(day: date) -> None:
    assert week_named(week_of(day).name) == week_of(day)
    assert month_named(month_of(day).name) == month_of(day)
    assert day in week_of(day)
    assert day in month_of(day)


def test_a_local_day_is_that_of_the_zone_on_both_sides_of_summer_time() -> None:
    assert US.local_day(datetime(2026, 11, 1, 3, 59, tzinfo=UTC)) == date(2026, 10, 31)
    assert US.local_day(datetime(2026, 11, 1, 4, 0, tzinfo=UTC)) == date(2026, 11, 1)
    assert US.local_day(datetime(2026, 11, 2, 4, 59, tzinfo=UTC)) == date(2026, 11, 1)
    assert WorkCalendar(timezone="Pacific/Kiritimati").local_day(datetime(2026, 11, 1, 10, tzinfo=UTC)) == date(
        2026, 11, 2
    )


def test_holidays_of_countries_regions_and_single_days() -> None:
    found = holiday_days(["US", "DE-BY", "2026-12-24"], [2026])
    assert {date(2026, 7, 4), date(2026, 1, 6), date(2026, 12, 24)} <= found
    assert date(2026, 1, 6) not in holiday_days(["DE"], [2026])


@pytest.mark.parametrize("name", ["Atlantis", "DE-XX", "2026-02-30"])
def test_an_unknown_holiday_entry_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        holiday_days([name], [2026])


def test_a_period_knows_its_days() -> None:
    period = Period(date(2026, 11, 16), date(2026, 11, 22), "2026-W47")
    assert period.days == 7
    assert date(2026, 11, 23) not in period
