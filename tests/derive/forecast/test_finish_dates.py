"""Finish dates and their ranges: what they rest on, what binds, and what must always hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.derive.forecast import Reference, forecast_engagement
from bot.derive.forecast_results import Q
from bot.derive.results import Forecast, Quantiles, Schedule
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Booking, Engagement, Item, Portfolio, TimeLog, as_of
from tests.builders import (
    CALENDAR,
    DAY,
    make_booking,
    make_engagement,
    make_item,
    make_log,
    make_milestone,
    make_subject,
)

START = date(2026, 8, 3)


def forecast(on: date | str = DAY, **values: Any) -> Forecast:
    return forecast_engagement(make_subject(on=on, **values), Reference(), trials=100).forecast


def weekly_work(closed: int, still_open: int, weeks: int, hours: float = 10.0) -> tuple[list[Item], list[TimeLog]]:
    """Items of ten hours each, `closed` of them closed evenly over the weeks from 3 August with as many hours logged."""
    items, logs = [], []
    for n in range(closed):
        on = START + timedelta(days=round((n + 1) * weeks * 7 / closed) - 1)
        items.append(make_item(n, estimate_hours=10, closed=on))
        logs.append(make_log(items[-1], hours, on))
    return items + [make_item(closed + n, estimate_hours=10) for n in range(still_open)], logs


def ordered(q: Quantiles[Q]) -> list[Q]:
    return [level for level in (q.p10, q.p50, q.p80, q.p95) if level is not None]


def width_in_days(q: Quantiles[date]) -> int:
    _, p50, _, p95 = ordered(q)
    return (p95 - p50).days


def test_a_complete_engagement_finished_on_its_last_close() -> None:
    found = forecast(closed="2026-11-12", items=[make_item(1, closed="2026-11-10"), make_item(2, closed="2026-10-01")])
    assert set(ordered(found.finish)) == {date(2026, 11, 10)}
    assert found.on_time_probability == 1.0


def test_history_ends_with_the_work() -> None:
    items, logs = weekly_work(5, 0, weeks=5)
    found = forecast(START + timedelta(weeks=20), closed=START + timedelta(weeks=5), items=items, timelogs=logs)
    assert found.history_weeks in (4, 5)


def test_an_engagement_does_not_end_before_a_milestone_that_has_no_items_yet() -> None:
    items, logs = weekly_work(13, 2, weeks=13)
    on = START + timedelta(weeks=13)
    milestones = [make_milestone("Hypercare", due_date="2027-06-30")]
    plain, bound = (
        forecast(on, items=items, timelogs=logs, milestones=m, facts={"end": "2027-03-31", "hours": None})
        for m in ([], milestones)
    )
    [hypercare] = bound.milestones
    assert ordered(plain.finish) < ordered(bound.finish)
    assert ordered(bound.finish) == ordered(hypercare.finish)
    assert plain.on_time_probability is not None
    assert bound.on_time_probability is not None
    assert bound.on_time_probability < 0.15 < plain.on_time_probability


def dated(due: str, on: date = START + timedelta(weeks=13), **values: Any) -> Forecast:
    """Half done after thirteen weeks; the rest is in a milestone due on `due`, sold until 26 February."""
    items, logs = weekly_work(13, 13, weeks=13)
    items = [replace(item, milestone="Go-live") for item in items]
    milestones = [make_milestone("Go-live", due_date=due)]
    facts = {"end": "2027-02-26", "hours": None}
    return forecast(on, **{"items": items, "timelogs": logs, "milestones": milestones, "facts": facts, **values})


def test_dates_that_people_moved_move_the_finish() -> None:
    earlier, as_sold, later = (dated(due) for due in ("2026-12-18", "2027-02-26", "2027-05-28"))
    assert ordered(earlier.finish) < ordered(as_sold.finish) < ordered(later.finish)
    assert "the dates of the open work" in str(later.reasons[0].text)


def test_dates_that_have_passed_or_that_most_of_the_work_has_not_say_nothing() -> None:
    items, _ = weekly_work(13, 13, weeks=13)
    mostly = [replace(item, milestone="Go-live") if item.is_open and n % 2 else item for n, item in enumerate(items)]
    bare = dated("2027-05-28", milestones=[])
    assert dated("2026-10-30").finish == bare.finish
    assert dated("2027-05-28", items=mostly).finish == bare.finish


def test_a_due_date_of_its_own_counts_before_the_milestones() -> None:
    items, _ = weekly_work(13, 13, weeks=13)
    own = [replace(item, milestone="Go-live", due_date=date(2027, 5, 28)) for item in items]
    assert dated("2026-12-18", items=own).finish == dated("2027-05-28").finish


def test_dates_slip_as_finished_work_slipped_and_less_towards_the_end() -> None:
    def days(due: str, ratio: float) -> int:
        milestones = [make_milestone("Release", due_date=due)]
        subject = make_subject(on="2026-11-02", milestones=milestones, facts={"end": "2026-12-31", "hours": None})
        finish = forecast_engagement(subject, Reference(plan_ratio=ratio), trials=100).forecast.finish
        assert isinstance(finish.p50, date)
        return (finish.p50 - date(2026, 11, 2)).days

    near, far = (days(due, 2.0) / days(due, 1.0) for due in ("2026-12-07", "2027-11-01"))
    assert 1.1 < near < far < 2.0


def test_where_scope_is_usually_dropped_at_the_end_the_end_comes_earlier() -> None:
    items = [make_item(n, closed=START + timedelta(days=9 * n + 6)) for n in range(10)] + [
        make_item(10 + n) for n in range(5)
    ]
    subject = make_subject(on=START + timedelta(weeks=13), items=items, facts={"end": None, "hours": None})
    all_of_it, four_fifths = (
        forecast_engagement(subject, Reference(closed_share=share), trials=100).forecast.finish for share in (1.0, 0.8)
    )
    assert ordered(four_fifths) < ordered(all_of_it)


def test_steady_work_half_done_takes_about_as_long_again() -> None:
    items, logs = weekly_work(13, 13, weeks=13)
    on = START + timedelta(weeks=13)
    found = forecast(on, items=items, timelogs=logs, facts={"end": None, "hours": None})
    assert isinstance(found.finish.p50, date)
    assert timedelta(weeks=6) < found.finish.p50 - on < timedelta(weeks=20)
    assert (found.basis, found.history_weeks) == ("throughput", 13)


def test_a_team_that_doubled_of_late_is_expected_to_finish_earlier_and_one_that_halved_later() -> None:
    on = START + timedelta(weeks=13)

    def finish(*, then: float, lately: float) -> date:
        """Every week an issue is closed; the hours go into one large issue, less or more of them in the last four weeks."""
        items, _ = weekly_work(13, 13, weeks=13)
        large = make_item(99, estimate_hours=400)
        logs = [make_log(large, then if n < 9 else lately, START + timedelta(weeks=n, days=2)) for n in range(13)]
        found = forecast(on, items=[*items, large], timelogs=logs, facts={"end": None, "hours": None}).finish.p50
        assert isinstance(found, date)
        return found

    # 208 hours each time
    assert finish(then=10.0, lately=29.5) < finish(then=16.0, lately=16.0) < finish(then=20.0, lately=7.0)


def test_less_than_eight_weeks_rest_on_the_schedule_and_say_so() -> None:
    items, logs = weekly_work(4, 12, weeks=4)
    found = forecast(START + timedelta(weeks=4), items=items, timelogs=logs)
    assert found.basis == "schedule"
    assert any("Less than 8 weeks" in str(reason.text) for reason in found.reasons)


def test_without_an_end_they_rest_on_the_reference_class() -> None:
    items, logs = weekly_work(4, 12, weeks=4)
    assert forecast(START + timedelta(weeks=4), items=items, timelogs=logs, facts={"end": None}).basis == "reference"


def test_without_a_start_or_any_trace_there_is_no_forecast() -> None:
    found = forecast(items=[make_item(1)], facts={"start": None, "end": None, "hours": None})
    assert (found.basis, found.finish, found.on_time_probability) == ("none", Quantiles(), None)
    assert any("no forecast" in str(reason.text) for reason in found.reasons)


def test_weeks_in_which_nothing_was_done_make_the_finish_no_surer() -> None:
    chances, widths = zip(
        *(
            (found.on_time_probability, width_in_days(found.finish))
            for found in (forecast(on) for on in ("2026-08-10", "2026-09-07", "2026-10-05", "2026-11-02"))
        ),
        strict=True,
    )
    assert min(widths) == widths[0]
    assert all(later <= earlier + 0.01 for earlier, later in pairwise(chances))


def test_a_stalled_engagement_gets_a_wide_range_and_not_a_precise_guess() -> None:
    items, logs = weekly_work(12, 4, weeks=12)
    steady = forecast(START + timedelta(weeks=12), items=items, timelogs=logs)
    stalled = forecast(START + timedelta(weeks=17), items=items, timelogs=logs)
    assert stalled.basis != "throughput"
    assert width(stalled.finish) > 2 * width(steady.finish)


def test_the_range_narrows_with_progress_but_the_last_bits_may_still_drag_on() -> None:
    on = START + timedelta(weeks=26)

    def width(closed: int, still_open: int) -> tuple[float, float]:
        """Days from P10 to P95, ÷ the time gone, and those from P50 to P95 ÷ those to P50."""
        items, logs = weekly_work(closed, still_open, weeks=26)
        finish = forecast(on, items=items, timelogs=logs, facts={"end": None, "hours": None}).finish
        assert isinstance(finish.p10, date)
        assert isinstance(finish.p50, date)
        assert isinstance(finish.p95, date)
        return (finish.p95 - finish.p10).days / (on - START).days, (finish.p95 - finish.p50) / (finish.p50 - on)

    (late, drag), (early, _) = width(95, 5), width(50, 50)
    assert late < 0.5 * early
    assert drag > 0.5


def test_where_scope_comes_and_goes_the_rest_may_be_cut_and_the_end_be_near() -> None:
    on = START + timedelta(weeks=13)

    def soonest(created: str) -> float:
        items = [make_item(n, closed=START + timedelta(days=4 * n + 6)) for n in range(20)]
        items += [make_item(20 + n, created_at=created) for n in range(10)]
        finish = forecast(on, items=items, facts={"end": None, "hours": None}).finish
        assert isinstance(finish.p50, date)
        assert isinstance(finish.p10, date)
        return (finish.p10 - on) / (finish.p50 - on)

    assert soonest("2026-10-19") < 0.8 * soonest("2026-08-03")


def width(q: Quantiles[date]) -> timedelta:
    p10, _, _, p95 = ordered(q)
    return p95 - p10


def test_work_in_the_future_begins_on_its_start() -> None:
    found = forecast("2026-07-01", items=[make_item(1, estimate_hours=100, created_at="2026-06-01")])
    assert isinstance(found.finish.p10, date)
    assert found.finish.p10 > START
    assert any("Work begins in" in str(reason.text) for reason in found.reasons)


def test_the_first_booked_week_is_the_start_where_the_contract_has_none() -> None:
    facts = {"start": None, "end": None}
    items = [make_item(1, estimate_hours=100)]
    found = forecast(items=items, facts=facts, bookings=[make_booking("2027-W10", 30)])
    assert isinstance(found.finish.p10, date)
    assert found.finish.p10 > date(2027, 3, 8)


def booked(hours: float, first: int, weeks: int) -> list[Booking]:
    """So many hours a week from week `first` of 2026 on."""
    days = (date.fromisocalendar(2026, first, 1) + timedelta(weeks=n) for n in range(weeks))
    return [make_booking(f"{day.isocalendar().year}-W{day.isocalendar().week:02}", hours) for day in days]


def test_booked_capacity_moves_the_finish() -> None:
    """130 of 260 hours done in 13 weeks, ten a week; the rest is booked at twice or half that pace, or not at all."""
    items, logs = weekly_work(13, 13, weeks=13)
    on = START + timedelta(weeks=13)

    def finish(bookings: list[Booking]) -> date:
        facts = {"end": None, "hours": None}
        found = forecast(on, items=items, timelogs=logs, facts=facts, bookings=bookings).finish.p50
        assert isinstance(found, date)
        return found

    assert finish(booked(20, 45, 12)) < finish([]) < finish(booked(5, 45, 60))


def test_work_in_the_future_ends_when_bookings_cover_it() -> None:
    """40 hours a week less what is usually not worked: 400 hours take eleven weeks from 2 November, not the SOW's six months."""
    items = [make_item(1, estimate_hours=400, created_at="2026-06-01")]
    facts = {"start": "2026-11-02", "end": "2027-04-30", "hours": 400.0}
    by_dates, by_booking, partly = (
        forecast("2026-10-01", items=items, facts=facts, bookings=b)
        for b in ([], booked(40, 45, 14), booked(40, 45, 4))
    )
    assert by_booking.finish.p50 < by_dates.finish.p50  # type: ignore[operator]
    assert partly.finish == by_dates.finish
    unplanned = forecast("2026-10-01", items=items, facts={**facts, "end": None}, bookings=booked(40, 45, 14))
    assert unplanned.basis == "schedule"
    assert any("the bookings" in str(reason.text) for reason in unplanned.reasons)


def test_known_work_closed_in_an_open_milestone_without_a_date_is_not_the_end() -> None:
    items = [make_item(n, closed="2026-10-01", milestone="Next") for n in range(6)]
    found = forecast(items=items, milestones=[make_milestone("Next")])
    assert isinstance(found.finish.p50, date)
    assert found.finish.p50 >= DAY
    assert any("more may come" in str(reason.text) for reason in found.reasons)


def test_all_work_closed_by_a_dated_milestone_is_the_end() -> None:
    items = [make_item(n, closed="2026-10-01", milestone="Design") for n in range(6)]
    found = forecast(items=items, milestones=[make_milestone("Design", due_date="2026-12-18")])
    assert set(ordered(found.finish)) == {date(2026, 10, 1)}


def test_dependencies_bind() -> None:
    chain = [
        make_item(n, estimate_hours=200, blocked_by=(f"acme/customers/globex/migration#{n - 1}",)) for n in range(1, 4)
    ]
    free = forecast(items=chain, timelogs=[make_log(None, 10)])
    path = tuple(item.ref for item in chain)
    bound = forecast(items=chain, timelogs=[make_log(None, 10)], derived={"schedule": Schedule(critical_path=path)})
    assert isinstance(bound.finish.p10, date)
    assert isinstance(free.finish.p10, date)
    assert bound.finish.p10 >= CALENDAR.add_working_days(DAY, 75) > free.finish.p10


def test_holidays_move_the_finish() -> None:
    items, logs = weekly_work(12, 3, weeks=12)
    on = START + timedelta(weeks=12)
    closed = WorkCalendar(holidays=frozenset(on + timedelta(days=n) for n in range(1, 15)))
    plain, later = forecast(on, items=items, timelogs=logs), forecast(on, items=items, timelogs=logs, calendar=closed)
    assert isinstance(plain.finish.p50, date)
    assert isinstance(later.finish.p50, date)
    assert later.finish.p50 >= plain.finish.p50 + timedelta(days=10)


def test_milestones_are_done_in_order_of_their_due_dates() -> None:
    items = [make_item(1, estimate_hours=50, closed="2026-10-01", milestone="First")]
    items += [make_item(n, estimate_hours=50, milestone=title) for n, title in ((2, "First"), (3, "Second"))]
    milestones = [make_milestone("Second", due_date="2027-03-01"), make_milestone("First", due_date="2026-11-21")]
    first, second = forecast(
        items=items, timelogs=[make_log(items[0], 50, "2026-10-01")], milestones=milestones
    ).milestones
    assert (first.title, second.title) == ("First", "Second")
    assert first.finish.p50 < second.finish.p50  # type: ignore[operator]
    assert first.on_time_probability is not None
    assert second.on_time_probability is not None
    assert first.on_time_probability < 0.2 < second.on_time_probability


def test_a_closed_milestone_is_a_fact() -> None:
    items = [make_item(1, closed="2026-10-01", milestone="Design"), make_item(2, milestone="Build")]
    design = make_milestone("Design", due_date="2026-09-30", closed="2026-10-02")
    found = {m.title: m for m in forecast(items=items, milestones=[design]).milestones}["Design"]
    assert (found.finish.p50, found.on_time_probability) == (date(2026, 10, 1), 0.0)


# -- what must always hold


histories = st.builds(
    lambda days, hours, still_open, end: make_engagement(
        items=[make_item(n, estimate_hours=8, closed=START + timedelta(days=d)) for n, d in enumerate(days)]
        + [make_item(1000 + n, estimate_hours=8) for n in range(still_open)],
        timelogs=[
            make_log(make_item(n), h, START + timedelta(days=d))
            for n, (d, h) in enumerate(zip(days, hours, strict=False))
        ],
        facts={"end": None if end is None else START + timedelta(days=end)},
    ),
    st.lists(st.integers(0, 200), max_size=25),
    st.lists(st.floats(0.25, 40), max_size=25),
    st.integers(1, 20),
    st.none() | st.integers(1, 400),
)


def at_day(engagement: Engagement, on: date) -> Engagement:
    return as_of(Portfolio((engagement,)), on, CALENDAR.zone).engagements[0]


@given(histories, st.integers(0, 250))
@examples(max_examples=60, deadline=None)
def test_quantiles_are_in_order_and_never_before_today(engagement: Engagement, age: int) -> None:
    on = START + timedelta(days=age)
    found = forecast_engagement(make_subject(at_day(engagement, on), on=on), Reference(), trials=50).forecast
    dates, hours = ordered(found.finish), ordered(found.effort_hours)
    assert dates == sorted(dates)
    assert dates[1] >= on
    assert None in hours or hours == sorted(hours)
    assert found.on_time_probability is None or 0 <= found.on_time_probability <= 1
    for quarter in found.revenue.values():
        assert 0 <= quarter.low <= quarter.forecast <= quarter.high
        assert quarter.actual <= quarter.forecast + 0.01


@given(histories, st.integers(0, 250))
@examples(max_examples=40, deadline=None)
def test_what_happens_later_changes_nothing(engagement: Engagement, age: int) -> None:
    on = START + timedelta(days=age)
    cut = at_day(engagement, on)
    again = at_day(as_of(Portfolio((engagement,)), on + timedelta(days=9), CALENDAR.zone).engagements[0], on)
    known, replayed = (forecast_engagement(make_subject(e, on=on), Reference(), trials=50) for e in (cut, again))
    assert known.forecast == replayed.forecast
