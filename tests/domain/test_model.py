"""The model's own rules, and the replay of the past: what is known later is gone, never hidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.model import Engagement, Facts, Item, Portfolio, as_of
from bot.domain.timeline import Timeline
from bot.domain.vocabulary import BillingType, Recognition
from tests.builders import (
    DAY,
    make_engagement,
    make_facts,
    make_item,
    make_log,
    make_milestone,
    make_portfolio,
)

ZONE = ZoneInfo("UTC")
LABEL = "change-order::approved"


def replay(engagement: Engagement, day: date = DAY, zone: str = "UTC") -> Engagement:
    (found,) = as_of(make_portfolio(engagement), day, ZoneInfo(zone)).engagements
    return found


def item_as_of(item: Item, day: date = DAY) -> Item:
    (found,) = replay(make_engagement(items=[item]), day).items
    return found


def test_an_item_created_later_does_not_exist() -> None:
    assert replay(make_engagement(items=[make_item(created_at=DAY + timedelta(days=1))])).items == ()
    assert len(replay(make_engagement(items=[make_item(created_at=DAY)])).items) == 1


def test_an_item_closed_later_is_open() -> None:
    item = item_as_of(make_item(closed=DAY + timedelta(days=1)))
    assert (item.state, item.closed_at) == ("opened", None)
    assert item_as_of(make_item(closed=DAY)).state == "closed"


def test_an_engagement_or_milestone_closed_later_is_open() -> None:
    later = DAY + timedelta(days=3)
    found = replay(make_engagement(closed=later, milestones=[make_milestone(closed=later)]))
    assert (found.state, found.closed_at) == ("opened", None)
    assert (found.milestones[0].state, found.milestones[0].closed_at) == ("active", None)


def test_an_engagement_created_later_does_not_exist() -> None:
    portfolio = make_portfolio(make_engagement(created_at=DAY + timedelta(days=1)))
    assert as_of(portfolio, DAY, ZONE).engagements == ()


def test_time_logged_later_does_not_exist_and_an_item_s_hours_are_what_its_logs_say() -> None:
    item = make_item(spent_hours=12)
    logs = [make_log(item, 4, "2026-11-01"), make_log(item, 8, "2026-12-01")]
    found = replay(make_engagement(items=[item], timelogs=logs))
    assert [log.hours for log in found.timelogs] == [4]
    assert found.items[0].spent_hours == 4


def test_an_item_whose_logs_all_come_later_has_no_hours_yet() -> None:
    item = make_item(spent_hours=8)
    assert replay(make_engagement(items=[item], timelogs=[make_log(item, 8, "2026-12-01")])).items[0].spent_hours == 0


def test_hours_without_any_log_stand_as_they_are() -> None:
    assert item_as_of(make_item(spent_hours=12)).spent_hours == 12


def test_a_due_date_moved_later_has_its_former_value() -> None:
    moves = [("2026-10-01", "2026-11-01", "2026-09-15"), ("2026-11-01", "2026-12-01", "2026-11-25")]
    item = make_item(due_date="2026-12-01", due_history=moves)
    assert item_as_of(item).due_date == date(2026, 11, 1)
    assert item_as_of(item, date(2026, 9, 1)).due_date == date(2026, 10, 1)
    assert item_as_of(item, date(2026, 11, 30)).due_date == date(2026, 12, 1)
    assert len(item_as_of(item).due_history) == 1


def test_a_milestone_s_due_date_is_replayed_in_any_order_of_its_history() -> None:
    moves = [("2026-11-01", "2026-12-01", "2026-11-25"), ("2026-10-01", "2026-11-01", "2026-09-15")]
    found = replay(make_engagement(milestones=[make_milestone(due_date="2026-12-01", due_history=moves)]))
    assert found.milestones[0].due_date == date(2026, 11, 1)


def test_a_label_added_later_was_not_there_and_one_without_a_date_was() -> None:
    item = make_item(labels=[LABEL, "old"], label_dates={LABEL: "2026-12-01"})
    found = item_as_of(item)
    assert found.labels == ("old",)
    assert found.label_dates == {}


def test_a_label_that_another_of_its_scope_replaced_later_was_there() -> None:
    dates = {"change-order::proposed": "2026-10-01", "change-order::approved": "2026-12-01"}
    item = make_item(labels=["change-order::approved"], label_dates=dates)
    assert item_as_of(item).labels == ("change-order::proposed",)
    assert item_as_of(item).later_labels == ("change-order::approved",)
    assert (
        item_as_of(make_item(labels=["kind::b"], label_dates={"kind::a": "2026-12-02", "kind::b": "2026-12-01"})).labels
        == ()
    )
    assert item_as_of(make_item(labels=["b"], label_dates={"a": "2026-10-01", "b": "2026-12-01"})).labels == ()


def test_the_day_ends_at_midnight_of_the_calendar_s_zone() -> None:
    closing = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)  # still the 20th in New York
    engagement = make_engagement(items=[make_item(closed=closing)])
    assert replay(engagement, DAY, "America/New_York").items[0].state == "closed"
    assert replay(engagement, DAY, "UTC").items[0].state == "opened"


def test_the_end_of_a_day_on_which_clocks_change() -> None:
    closing = datetime(2026, 11, 2, 4, 59, tzinfo=UTC)  # 23:59 on 1 November in New York, after the clocks went back
    engagement = make_engagement(items=[make_item(closed=closing)])
    assert replay(engagement, date(2026, 11, 1), "America/New_York").items[0].state == "closed"


def test_the_first_due_date_is_the_baseline() -> None:
    moved = make_item(
        due_date="2026-12-01",
        due_history=[(None, "2026-10-01", "2026-08-05"), ("2026-10-01", "2026-12-01", "2026-09-15")],
    )
    assert moved.first_due == date(2026, 10, 1)
    assert make_item(due_date="2026-12-01").first_due == date(2026, 12, 1)
    assert make_item().first_due is None


def test_facts_know_their_defaults() -> None:
    facts = make_facts(baseline=None)
    assert facts.hourly_rate == 200
    assert facts.baseline_day == date(2026, 8, 3)
    assert facts.recognised == "as_delivered"
    assert Facts(value=5.0, hours=0).hourly_rate is None
    assert (
        Facts(billing=BillingType.MILESTONE, recognition=Recognition.PERCENT_COMPLETE).recognised == "percent_complete"
    )
    assert Facts().recognised is None


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))
DAYS = st.dates(date(2026, 1, 1), date(2027, 6, 1))
ITEMS = st.builds(
    lambda n, created, closed, due, moves, spent: make_item(
        n,
        created_at=created,
        closed=max(created, closed) if closed else None,
        due_date=due,
        due_history=[(a, b, at) for a, b, at in moves],
        spent_hours=spent,
        labels=["x"],
        label_dates={"x": created},
    ),
    st.integers(1, 9),
    INSTANTS,
    st.none() | INSTANTS,
    st.none() | DAYS,
    st.lists(st.tuples(st.none() | DAYS, st.none() | DAYS, INSTANTS), max_size=3),
    st.none() | st.floats(0, 50),
)
PORTFOLIOS = st.lists(ITEMS, max_size=5, unique_by=lambda i: i.ref).flatmap(
    lambda items: st.lists(
        st.tuples(st.sampled_from([None, *(i.ref for i in items)]), st.floats(0, 9), DAYS), max_size=5
    ).map(
        lambda logs: make_portfolio(make_engagement(items=items, timelogs=[make_log(ref, h, d) for ref, h, d in logs]))
    )
)


@given(PORTFOLIOS, DAYS, DAYS)
@settings(max_examples=60, deadline=None)
def test_replaying_a_replay_is_the_same_as_replaying_the_earlier_day(portfolio: Portfolio, a: date, b: date) -> None:
    earlier, later = min(a, b), max(a, b)
    assert as_of(as_of(portfolio, later, ZONE), earlier, ZONE) == as_of(portfolio, earlier, ZONE)


@given(PORTFOLIOS, st.lists(DAYS, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_timeline_tells_of_each_day_what_a_replay_of_that_day_alone_tells(
    portfolio: Portfolio, days: list[date]
) -> None:
    timeline = Timeline(portfolio.engagements[0])
    for day in days:
        expected = as_of(portfolio, day, ZONE).engagements
        assert repr(timeline.as_of(day, ZONE)) == repr(next(iter(expected), None))


def test_a_timeline_keeps_what_did_not_change_between_two_days() -> None:
    moved = make_item(2, due_date="2026-12-01", due_history=[(None, "2026-10-01", "2026-08-05")])
    timeline = Timeline(make_engagement(items=[make_item(1), moved]))
    first, second = (timeline.as_of(date(2026, 8, day), ZONE) for day in (4, 5))
    assert first
    assert second
    assert first.items[0] is second.items[0]
    assert first.items[1] != second.items[1]


@given(PORTFOLIOS, DAYS)
@settings(max_examples=60, deadline=None)
def test_nothing_that_happened_later_is_left(portfolio: Portfolio, day: date) -> None:
    for engagement in as_of(portfolio, day, ZONE).engagements:
        assert all(log.spent_at <= day for log in engagement.timelogs)
        for item in engagement.items:
            instants = [item.created_at, item.closed_at, *item.label_dates.values(), *(c.at for c in item.due_history)]
            assert all(at.date() <= day for at in instants if at)


@given(PORTFOLIOS, DAYS, ITEMS)
@settings(max_examples=60, deadline=None)
def test_later_facts_change_nothing_of_the_past(portfolio: Portfolio, day: date, more: Item) -> None:
    (engagement,) = portfolio.engagements
    later = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    future = replace(more, ref="acme/x#1", created_at=later)
    grown = replace(engagement, items=(*engagement.items, future))
    assert as_of(replace(portfolio, engagements=(grown,)), day, ZONE) == as_of(portfolio, day, ZONE)
