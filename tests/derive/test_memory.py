"""What psbot's own reports saw of dates is remembered: GitLab forgets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.schedule.earned_schedule import derive_schedule
from bot.derive.schedule.milestones import find_milestones
from bot.derive.schedule.seen_dates import dates_payload, remember
from bot.derive.scope.progress import derive_progress
from bot.derive.subject import evolve
from bot.domain.model import Booking, Engagement, PastReport, as_of
from bot.domain.vocabulary import Audience, BookingKind
from tests.builders import CALENDAR, REF, at, make_engagement, make_item, make_milestone, make_portfolio, make_subject


def seen(engagement: Engagement, on: str) -> PastReport:
    payload = {"dates": dates_payload(engagement, date.fromisoformat(on))}
    return PastReport("status", Audience.INTERNAL, "2026-W40", engagement.ref, payload)


def run(engagement: Engagement, on: str, *past: PastReport) -> Engagement:
    return remember(make_portfolio(engagement, taken_at=at(on)), past).engagements[0]


def test_a_move_of_a_milestone_is_known_from_the_second_run_on_and_kept() -> None:
    first = make_engagement(milestones=[make_milestone(due_date="2026-10-02")])
    moved = make_engagement(milestones=[make_milestone(due_date="2026-10-16")])
    second = run(moved, "2026-09-17", seen(first, "2026-09-10"))
    third = run(moved, "2026-09-24", seen(first, "2026-09-10"), seen(second, "2026-09-17"))
    again = run(moved, "2026-10-01", seen(third, "2026-09-24"))
    for found in (second, third, again):
        [change] = found.milestones[0].due_history
        assert (change.previous, change.new, change.at) == (date(2026, 10, 2), date(2026, 10, 16), at("2026-09-17"))
    schedule = _schedule(again)
    assert [slip.days for slip in schedule.slips] == [10]
    assert schedule.days_lost_by_month == {"2026-09": 10}
    assert schedule.milestones[0].baseline == date(2026, 10, 2)


def _schedule(engagement: Engagement) -> Any:
    subject = make_subject(engagement)
    return derive_schedule(subject.advance(evolve(subject.derived, progress=derive_progress(subject))))


def test_a_closed_milestone_keeps_the_day_on_which_it_was_first_seen_closed() -> None:
    first = make_engagement(milestones=[make_milestone(due_date="2026-09-11", closed="2026-09-11")])
    edited = make_engagement(milestones=[make_milestone(due_date="2026-09-11", closed="2026-11-24")])
    assert run(edited, "2026-11-26", seen(first, "2026-09-17")).milestones[0].closed_at == at("2026-09-11")
    reopened = make_engagement(milestones=[make_milestone(due_date="2026-09-11")])
    assert run(reopened, "2026-11-26", seen(first, "2026-09-17")).milestones[0].closed_at is None


def test_a_milestone_was_done_when_its_last_item_was_whatever_was_edited_later() -> None:
    stone = make_milestone(closed="2026-11-24")
    done = [make_item(n, milestone="Design", closed=date(2026, 9, 1) + timedelta(days=n)) for n in (1, 8)]
    still_open = make_item(3, milestone="Design")
    for items, expected in (
        (done, date(2026, 9, 9)),
        ([*done, still_open], date(2026, 11, 24)),
        ([], date(2026, 11, 24)),
    ):
        [view] = find_milestones(make_engagement(milestones=[stone], items=items), items, CALENDAR)
        assert view.closed == expected


def test_a_due_date_set_with_an_item_is_its_baseline() -> None:
    first = make_engagement(items=[make_item(1, due_date="2026-10-02")])
    moved = replace(
        first.items[0],
        due_date=date(2026, 10, 9),
        due_history=make_item(due_history=[(None, "2026-10-09", "2026-09-15")]).due_history,
    )
    found = run(replace(first, items=(moved,)), "2026-09-17", seen(first, "2026-09-10")).items[0]
    assert found.first_due == date(2026, 10, 2)
    assert len(found.due_history) == 1


@pytest.mark.parametrize("dates", [None, 1, {"on": "soon"}, {"on": "2026-09-10", "milestones": [1], "items": {"x": 1}}])
def test_a_payload_of_another_shape_tells_nothing(dates: Any) -> None:
    engagement = make_engagement(milestones=[make_milestone(due_date="2026-10-02")], items=[make_item(1)])
    assert (
        run(engagement, "2026-09-17", PastReport("status", Audience.INTERNAL, "2026-W37", REF, {"dates": dates}))
        == engagement
    )


ANN, BOB = Booking("ann", "2026-W41", 30.0), Booking("bob", "2026-W41", 16.0, BookingKind.SOFT)


def test_a_booking_is_known_since_the_day_on_which_it_was_first_seen() -> None:
    first, both = (make_engagement(bookings=found) for found in ((ANN,), (ANN, BOB)))
    second = run(both, "2026-09-17", seen(first, "2026-09-10"))
    third = run(both, "2026-09-24", seen(first, "2026-09-10"), seen(second, "2026-09-17"))
    for found in (second, third):
        assert [b.known for b in found.bookings] == [date(2026, 9, 10), date(2026, 9, 17)]
    replayed = as_of(make_portfolio(third), date(2026, 9, 14), CALENDAR.zone).engagements[0]
    assert [b.user for b in replayed.bookings] == ["ann"]


def test_other_hours_are_another_booking_and_a_day_that_the_file_tells_stands() -> None:
    first = make_engagement(bookings=(ANN,))
    more = make_engagement(bookings=(replace(ANN, hours=40.0), replace(BOB, known=date(2026, 8, 1))))
    found = run(more, "2026-09-17", seen(first, "2026-09-10"))
    assert [b.known for b in found.bookings] == [date(2026, 9, 17), date(2026, 8, 1)]


def test_nothing_is_said_of_bookings_where_no_report_looked_at_them() -> None:
    made = make_engagement(bookings=(ANN,))
    report = seen(made, "2026-09-10")
    dates = {k: v for k, v in report.payload["dates"].items() if k != "bookings"}
    for past in ((), (replace(report, payload={"dates": dates}),)):
        assert run(made, "2026-09-17", *past).bookings == (ANN,)


def test_a_first_look_finds_bookings_as_the_next_run_on_that_day_will() -> None:
    made, day = make_portfolio(make_engagement(bookings=(ANN, replace(BOB, known=date(2026, 8, 1))))), date(2026, 9, 10)
    first = remember(made, (), day, first_look=True)
    assert [b.known for b in first.engagements[0].bookings] == [day, date(2026, 8, 1)]
    report = PastReport(
        "status", Audience.INTERNAL, "2026-W37", REF, {"dates": dates_payload(first.engagements[0], day)}
    )
    assert remember(made, (report,), day, first_look=True) == first
