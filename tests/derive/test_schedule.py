"""Planned and earned value, SPI, earned schedule, milestones: cases worked out by hand.

The calendar: 3 August 2026 is a Monday; 3 to 14 August are ten working days, of which the first is day 0.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.derive.decisions.questions import sow_end
from bot.derive.results import MilestoneForecast, MilestoneStatus, Quantiles, Schedule
from bot.derive.schedule.earned_schedule import add_forecasts, derive_schedule
from bot.derive.scope.baseline import derive_scope
from bot.derive.scope.progress import derive_progress
from bot.derive.subject import Subject, evolve
from bot.domain.calendar import WorkCalendar
from tests.builders import make_item, make_milestone, make_subject


def subject_of(on: str, **values: Any) -> Subject:
    subject = make_subject(on=on, **values)
    subject = subject.advance(evolve(subject.derived, progress=derive_progress(subject)))
    subject = subject.advance(evolve(subject.derived, scope=derive_scope(subject)))
    return subject.advance(evolve(subject.derived, end=sow_end(subject)))


def schedule_of(on: str, **values: Any) -> Schedule:
    return derive_schedule(subject_of(on, **values))


def dated(number: int, due: str, hours: float, **values: Any) -> Any:
    return make_item(number, due_date=due, estimate_hours=hours, **values)


# -- the textbook case: PV 100 + 100 + 100, the first item done, the second not


TEXTBOOK = [
    dated(1, "2026-08-05", 100, closed="2026-08-06"),
    dated(2, "2026-08-07", 100),
    dated(3, "2026-08-14", 100),
]


def test_planned_value_is_what_should_be_finished_by_the_end_of_the_day() -> None:
    assert schedule_of("2026-08-04", items=TEXTBOOK).planned_value == 0
    assert schedule_of("2026-08-05", items=TEXTBOOK).planned_value == 100
    assert schedule_of("2026-08-10", items=TEXTBOOK).planned_value == 200


def test_spi_is_earned_by_planned_value() -> None:
    found = schedule_of("2026-08-10", items=TEXTBOOK)
    assert (found.earned_value, found.spi) == (100, 0.5)


def test_earned_schedule_is_when_the_plan_first_had_today_s_earned_value() -> None:
    # EV 100 was planned by Wednesday 5 August, working day 2; today, Monday 10, is working day 5.
    found = schedule_of("2026-08-10", items=TEXTBOOK)
    assert found.earned_schedule_days == 2
    assert found.spi_t == pytest.approx(2 / 5)


def test_earned_schedule_interpolates_within_a_day() -> None:
    # EV 50; the plan goes from 0 (day 1) to 200 (day 2): a quarter of the way.
    items = [
        dated(1, "2026-08-05", 50, closed="2026-08-06"),
        dated(2, "2026-08-05", 150),
        dated(3, "2026-08-14", 100),
    ]
    found = schedule_of("2026-08-10", items=items)
    assert found.earned_schedule_days == pytest.approx(1.25)


def test_nothing_earned_is_day_zero_and_a_plan_not_begun_divides_by_nothing() -> None:
    found = schedule_of("2026-08-04", items=[dated(1, "2026-08-05", 10)])
    assert (found.spi, found.earned_schedule_days, found.spi_t) == (None, 0, 0)


def test_on_the_start_day_itself_no_time_has_elapsed() -> None:
    assert schedule_of("2026-08-03", items=TEXTBOOK).spi_t is None


def test_work_done_ahead_of_the_plan_has_an_index_above_one() -> None:
    items = [dated(1, "2026-08-07", 100, closed="2026-08-04"), dated(2, "2026-08-14", 100)]
    found = schedule_of("2026-08-05", items=items)
    assert found.spi is None  # nothing was planned yet
    assert found.spi_t == pytest.approx(4 / 2)


def test_all_earned_is_the_day_the_plan_ends() -> None:
    items = [dated(1, "2026-08-05", 0.1, closed="2026-08-04"), dated(2, "2026-08-14", 0.2, closed="2026-08-05")]
    assert schedule_of("2026-08-14", items=items).earned_schedule_days == pytest.approx(9)


# -- undated work is spread evenly over the working days of the SOW


SPREAD: dict[str, Any] = {"facts": {"start": "2026-08-03", "end": "2026-08-14"}}


def test_undated_work_is_planned_evenly_over_the_working_days() -> None:
    items = [make_item(n, estimate_hours=9) for n in range(1, 11)]
    planned = [
        schedule_of(day, items=items, **SPREAD).planned_value
        for day in ("2026-08-02", "2026-08-03", "2026-08-04", "2026-08-08", "2026-08-14", "2026-09-30")
    ]
    assert planned == pytest.approx([0, 0, 10, 40, 90, 90])


def test_an_approved_change_order_moves_the_end_that_undated_work_is_spread_to() -> None:
    order = make_item(9, labels=["change-order::approved"], facts={"end": "2026-08-21"})
    found = schedule_of("2026-08-10", items=[make_item(1, estimate_hours=14), order], **SPREAD)
    assert found.planned_value == pytest.approx(5), "day 5 of 14, not of 9"
    assert found.baseline_finish == date(2026, 8, 21)
    pending = make_item(9, labels=["change-order::proposed"], facts={"end": "2026-08-21"})
    assert schedule_of("2026-08-10", items=[make_item(1), pending], **SPREAD).baseline_finish == date(2026, 8, 14)


def test_earned_schedule_of_evenly_spread_work() -> None:
    items = [make_item(n, estimate_hours=9, closed="2026-08-05" if n <= 2 else None) for n in range(1, 11)]
    found = schedule_of("2026-08-07", items=items, **SPREAD)
    assert found.planned_value == pytest.approx(40)
    assert found.spi == pytest.approx(0.45)
    assert found.earned_schedule_days == pytest.approx(1.8)
    assert found.spi_t == pytest.approx(0.45)


def test_dated_and_spread_work_add_up() -> None:
    items = [dated(1, "2026-08-05", 10), make_item(2, estimate_hours=90), make_item(3, estimate_hours=0.0001)]
    assert schedule_of("2026-08-05", items=items, **SPREAD).planned_value == pytest.approx(30, abs=0.01)


def test_holidays_carry_no_planned_value() -> None:
    calendar = WorkCalendar(holidays=frozenset({date(2026, 8, 4), date(2026, 8, 5)}))
    items = [make_item(1, estimate_hours=70)]
    found = schedule_of("2026-08-06", items=items, calendar=calendar, **SPREAD)
    assert found.planned_value == pytest.approx(10)


def test_work_without_dates_in_an_engagement_without_dates_can_t_be_planned() -> None:
    found = schedule_of("2026-08-05", items=[dated(1, "2026-08-05", 5), make_item(2)], facts={"end": None})
    assert (found.planned_value, found.spi, found.spi_t) == (None, None, None)
    assert found.earned_value == 0


def test_dated_work_needs_no_sow_dates_for_spi() -> None:
    items = [dated(1, "2026-08-05", 5, closed="2026-08-05")]
    found = schedule_of("2026-08-05", items=items, facts={"start": None, "end": None})
    assert (found.spi, found.spi_t) == (1, None)


def test_a_one_day_sow_is_planned_on_that_day() -> None:
    items = [make_item(1), make_item(2, closed="2026-08-03")]
    one_day = {"facts": {"start": "2026-08-03", "end": "2026-08-03"}}
    assert schedule_of("2026-08-03", items=items, **one_day).planned_value == 2
    assert schedule_of("2026-07-31", items=items, **one_day).planned_value == 0


# -- which date is the baseline


def test_an_item_is_planned_for_the_first_due_date_it_is_known_to_have_had() -> None:
    moved = dated(1, "2026-08-14", 10, due_history=[("2026-08-05", "2026-08-14", "2026-08-04")])
    assert schedule_of("2026-08-05", items=[moved]).planned_value == 10


def test_an_item_without_an_own_date_is_planned_for_its_milestone_s_baseline() -> None:
    item = make_item(1, estimate_hours=10, milestone="Design")
    milestone = make_milestone(due_date="2026-08-14", due_history=[("2026-08-05", "2026-08-14", "2026-08-04")])
    assert schedule_of("2026-08-05", items=[item], milestones=[milestone]).planned_value == 10
    contract = {"milestones": [{"milestone": "Design", "due": "2026-08-07"}]}
    assert schedule_of("2026-08-05", items=[item], milestones=[milestone], facts=contract).planned_value == 0


def test_a_due_date_on_a_weekend_is_earned_with_the_next_working_day() -> None:
    items = [dated(1, "2026-08-08", 10, closed="2026-08-07"), dated(2, "2026-08-14", 10)]
    found = schedule_of("2026-08-07", items=items)
    assert found.planned_value == 0
    assert found.earned_schedule_days == pytest.approx(5)


def test_the_baseline_finish_is_the_day_on_which_all_value_is_planned() -> None:
    assert schedule_of("2026-08-05", items=TEXTBOOK).baseline_finish == date(2026, 8, 14)
    spread = [*TEXTBOOK, make_item(4, estimate_hours=5)]
    assert schedule_of("2026-08-05", items=spread).baseline_finish == date(2026, 12, 18)
    assert schedule_of("2026-08-05", items=[]).baseline_finish == date(2026, 12, 18)


# -- milestones


def milestone_of(on: str = "2026-08-10", forecast: MilestoneForecast | None = None, **values: Any) -> MilestoneStatus:
    subject = subject_of(on, **values)
    (found,) = add_forecasts(derive_schedule(subject), subject, [forecast] if forecast else []).milestones
    return found


def expect(p50: str, p80: str) -> MilestoneForecast:
    return MilestoneForecast("Design", Quantiles(None, date.fromisoformat(p50), date.fromisoformat(p80), None), 0.5)


def test_a_closed_milestone_is_done_and_its_slip_is_measured_to_its_close() -> None:
    milestone = make_milestone(due_date="2026-08-05", closed="2026-08-10")
    found = milestone_of(milestones=[milestone], items=[make_item(milestone="Design")])
    assert (found.state, found.slip_days, found.closed) == ("done", 3, date(2026, 8, 10))
    assert (found.items_open, found.items_total) == (1, 1)


def test_a_milestone_is_done_when_all_its_items_are_closed() -> None:
    items = [
        make_item(1, milestone="Design", closed="2026-08-04"),
        make_item(2, milestone="Design", closed="2026-08-03"),
    ]
    acceptance = make_item(3, milestone="Design", labels=["acceptance"])
    found = milestone_of(milestones=[make_milestone(due_date="2026-08-05")], items=[*items, acceptance])
    assert (found.state, found.slip_days) == ("done", -1)


def test_a_milestone_without_items_is_not_done() -> None:
    assert milestone_of(milestones=[make_milestone(due_date="2026-08-12")]).state == "on_track"


def test_a_milestone_is_late_from_the_day_after_its_due_date() -> None:
    late: dict[str, Any] = {
        "milestones": [make_milestone(due_date="2026-08-05")],
        "items": [make_item(milestone="Design")],
    }
    assert milestone_of("2026-08-05", **late).state == "on_track"
    assert milestone_of("2026-08-06", **late).state == "late"


def test_a_milestone_is_at_risk_when_its_p80_is_after_its_due_date() -> None:
    values: dict[str, Any] = {
        "milestones": [make_milestone(due_date="2026-08-14")],
        "items": [make_item(milestone="Design")],
    }
    risky = milestone_of(forecast=expect("2026-08-13", "2026-08-17"), **values)
    assert (risky.state, risky.slip_days, risky.forecast) == ("at_risk", -1, date(2026, 8, 13))
    assert milestone_of(forecast=expect("2026-08-13", "2026-08-14"), **values).state == "on_track"


def test_without_a_forecast_an_open_milestone_s_slip_is_not_known() -> None:
    found = milestone_of(milestones=[make_milestone(due_date="2026-08-14")], items=[make_item(milestone="Design")])
    assert (found.slip_days, found.forecast) == (None, None)


def test_a_milestone_of_the_contract_that_gitlab_lacks_is_listed() -> None:
    found = milestone_of(facts={"milestones": [{"milestone": "Go-live", "due": "2026-08-05"}]})
    assert (found.title, found.ref, found.baseline, found.due, found.state) == (
        "Go-live",
        "",
        date(2026, 8, 5),
        date(2026, 8, 5),
        "late",
    )


def test_milestones_of_several_projects_with_one_title_are_one() -> None:
    first = make_milestone(ref='a/b%"Design"', due_date="2026-08-12", closed="2026-08-05")
    second = make_milestone(ref='a/c%"Design"', due_date="2026-08-14")
    found = milestone_of(milestones=[second, first], items=[make_item(milestone="Design")])
    assert (found.state, found.due, found.baseline) == ("on_track", date(2026, 8, 14), date(2026, 8, 14))


def test_milestones_stand_in_the_order_of_their_due_dates() -> None:
    milestones = [make_milestone(title, due_date=due) for title, due in (("B", "2026-09-01"), ("A", "2026-10-01"))]
    schedule = schedule_of("2026-08-10", milestones=[*milestones, make_milestone("Z")])
    assert [m.title for m in schedule.milestones] == ["B", "A", "Z"]


def test_a_close_late_in_the_evening_counts_on_the_local_day() -> None:
    milestone = make_milestone(due_date="2026-08-05", closed="2026-08-06T03:00:00+00:00")
    found = milestone_of(milestones=[milestone], calendar=WorkCalendar(timezone="America/New_York"))
    assert (found.closed, found.slip_days) == (date(2026, 8, 5), 0)


def test_what_is_planned_is_kept_by_item() -> None:
    assert schedule_of("2026-08-05", items=TEXTBOOK).planned[TEXTBOOK[0].ref] == date(2026, 8, 5)


def test_a_far_date_costs_no_time() -> None:
    items = [dated(1, "9999-12-31", 5), make_item(2, estimate_hours=5, closed="2026-08-05")]
    found = schedule_of("2026-08-10", items=items, facts={"end": "9999-12-31"})
    assert found.baseline_finish == date(9999, 12, 31)
    assert replace(found, planned={}).spi is not None


def test_a_milestone_s_baseline_is_the_first_due_date_it_ever_had() -> None:
    history = [(None, "2026-08-05", "2026-08-01"), ("2026-08-05", "2026-08-14", "2026-08-04")]
    assert milestone_of(milestones=[make_milestone(due_date="2026-08-14", due_history=history)]).baseline == date(
        2026, 8, 5
    )
    assert milestone_of(milestones=[make_milestone()]).baseline is None
