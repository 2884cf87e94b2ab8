"""When which report is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Settings
from bot.domain.calendar import WorkCalendar
from bot.domain.errors import UsageError
from bot.domain.model import PastReport
from bot.domain.vocabulary import Audience
from bot.report.schedule import coming, forced, reports_due

CALENDAR = WorkCalendar()


def settings(**reports: object) -> Settings:
    issue = {"project": "acme/ps"}
    base = {"portfolio": issue, "monthly": issue, "quarterly": issue}
    return Settings.model_validate({"portfolio": {"namespaces": {"acme": "internal"}}, "reports": {**base, **reports}})


def due(day: date, past: tuple[PastReport, ...] = (), **reports: object) -> dict[str, list[tuple[str, date, bool]]]:
    found: dict[str, list[tuple[str, date, bool]]] = {}
    for d in reports_due(settings(**reports), CALENDAR, day, past):
        found.setdefault(d.kind, []).append((d.period.name, d.as_of, d.final))
    return found


def past(kind: str, period: str) -> PastReport:
    return PastReport(kind, Audience.INTERNAL, period, None, {})


def test_status_is_first_written_on_its_weekday_and_stays_current_until_the_next() -> None:
    thursday = date(2026, 11, 19)
    assert due(thursday)["status"] == [("2026-W47", thursday, False)]
    assert due(date(2026, 11, 22))["status"] == [("2026-W47", date(2026, 11, 22), False)]
    assert due(date(2026, 11, 25))["status"] == [("2026-W47", date(2026, 11, 25), False)]
    assert due(date(2026, 11, 26))["status"] == [("2026-W48", date(2026, 11, 26), False)]


def test_the_first_week_of_a_year_belongs_to_its_iso_year() -> None:
    assert due(date(2026, 12, 31))["status"] == [("2026-W53", date(2026, 12, 31), False)]


def test_monthly_reports_the_month_that_ended_as_of_its_last_day() -> None:
    assert due(date(2026, 11, 1))["monthly"] == [("2026-10", date(2026, 10, 31), False)]
    assert due(date(2026, 11, 30))["monthly"] == [("2026-10", date(2026, 10, 31), False)]
    later = {"project": "acme/ps", "day": 3}
    assert due(date(2026, 11, 2), monthly=later)["monthly"] == [("2026-09", date(2026, 9, 30), False)]
    assert due(date(2026, 11, 3), monthly=later)["monthly"] == [("2026-10", date(2026, 10, 31), False)]


def test_quarterly_reports_the_fiscal_quarter_that_ended() -> None:
    assert due(date(2026, 11, 1))["quarterly"] == [("FY27-Q3", date(2026, 10, 31), False)]
    assert due(date(2026, 10, 31))["quarterly"] == [("FY27-Q2", date(2026, 7, 31), False)]


def test_what_a_missed_run_left_due_is_made_up_for() -> None:
    found = due(date(2026, 11, 20), (past("status", "2026-W44"), past("monthly", "2026-08")))
    assert found["status"] == [
        ("2026-W45", date(2026, 11, 11), True),
        ("2026-W46", date(2026, 11, 18), True),
        ("2026-W47", date(2026, 11, 20), False),
    ]
    assert found["monthly"][0] == ("2026-09", date(2026, 9, 30), True)


def test_a_first_run_makes_up_for_nothing() -> None:
    assert [len(v) for v in due(date(2026, 11, 20)).values()] == [1, 1, 1, 1, 1]


def test_a_long_silence_is_not_filled() -> None:
    assert len(due(date(2026, 11, 20), (past("status", "2026-W10"),))["status"]) == 1


def test_a_report_without_a_project_or_switched_off_is_not_due() -> None:
    found = due(
        date(2026, 11, 20), monthly={}, quarterly={"enabled": False, "project": "acme/x"}, status={"enabled": False}
    )
    assert sorted(found) == ["closeout", "portfolio"]


def test_a_named_period_is_derived_as_of_the_last_day_it_was_current() -> None:
    day = date(2026, 11, 20)
    assert forced(settings(), CALENDAR, "monthly", "2026-08", day).as_of == date(2026, 8, 31)
    assert forced(settings(), CALENDAR, "status", "2026-W46", day).as_of == date(2026, 11, 18)
    assert forced(settings(), CALENDAR, "quarterly", "FY27-Q4", day).as_of == day


def test_forced_without_a_period_takes_this_week_or_what_ended() -> None:
    monday = date(2026, 11, 23)
    assert forced(settings(), CALENDAR, "status", None, monday).period.name == "2026-W48"
    assert forced(settings(), CALENDAR, "monthly", None, monday).period.name == "2026-10"
    assert forced(settings(), CALENDAR, "closeout", None, monday).kind == "closeout"


@pytest.mark.parametrize(("kind", "name"), [("status", "2026-10"), ("monthly", "2027-01"), ("quarterly", "2026-Q1")])
def test_a_period_that_is_none_or_not_begun_is_a_usage_error(kind: str, name: str) -> None:
    with pytest.raises(UsageError, match="--period"):
        forced(settings(), CALENDAR, kind, name, date(2026, 11, 20))


def test_coming_tells_the_first_day_of_the_coming_periods() -> None:
    assert coming(settings(), CALENDAR, date(2026, 11, 20), ahead=1) == [
        ("portfolio", date(2026, 11, 24)),
        ("status", date(2026, 11, 26)),
        ("monthly", date(2026, 12, 1)),
        ("quarterly", date(2027, 2, 1)),
    ]


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.sampled_from(["mon", "thu", "sun"]))
def test_periods_never_step_back_and_never_lie_in_the_future(day: date, weekday: str) -> None:
    today = {d.kind: d for d in reports_due(settings(status={"day": weekday}), CALENDAR, day)}
    tomorrow = {d.kind: d for d in reports_due(settings(status={"day": weekday}), CALENDAR, day + timedelta(days=1))}
    for kind in ("status", "monthly", "quarterly", "portfolio"):
        assert today[kind].period <= tomorrow[kind].period
        assert today[kind].as_of <= day
        assert today[kind].period.first <= day
