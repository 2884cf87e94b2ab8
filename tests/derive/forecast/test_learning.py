"""What finished engagements teach, and that nothing is learned from the future."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.forecast import Reference, learn_reference
from bot.domain.model import Engagement, Item, Portfolio, as_of
from bot.domain.vocabulary import ItemState
from tests.builders import CALENDAR, make_booking, make_engagement, make_item, make_milestone, make_settings
from tests.derive.forecast.finished import finished as make_finished

SETTINGS = make_settings()
DAY = date(2026, 11, 20)


def finished(number: int, days: int = 100, ratio: float = 1.0, **facts: Any) -> Engagement:
    """Ten items, closed evenly over `days` days from 5 January 2026, at `ratio` times their estimates."""
    return make_finished(number, date(2026, 1, 5), days, items=10, logged=10 * ratio, **facts)


def reopened(item: Item) -> Item:
    return replace(item, state=ItemState.OPENED, closed_at=None)


def learn(*engagements: Engagement, on: date = DAY) -> Reference:
    return learn_reference(as_of(Portfolio(engagements), on, CALENDAR.zone), on, CALENDAR, SETTINGS)


def test_nothing_finished_leaves_the_built_in_class() -> None:
    assert learn(make_engagement(items=[make_item(1)])) == Reference()


def test_ratios_move_towards_the_portfolios_own_by_number() -> None:
    few, many = learn(finished(1, ratio=1.5)), learn(*(finished(n, ratio=1.5) for n in range(12)))
    assert Reference().ratio < few.ratio < many.ratio < 1.5
    assert many.ratio == pytest.approx((1.5**12 * 1.05**4) ** (1 / 16))


def test_slower_engagements_teach_longer_durations() -> None:
    slow, fast = (learn(*(finished(n, days=d) for n in range(6))) for d in (250, 30))
    assert slow.duration_per_root > fast.duration_per_root
    assert slow.typical_by["Globex"][0] > fast.typical_by["Globex"][0]


def test_planned_dates_that_were_missed_teach_their_factor() -> None:
    late = [finished(n, days=100, end=date(2026, 1, 5) + timedelta(days=50)) for n in range(8)]
    assert learn(*late).plan_ratio > 1.5


def test_a_finished_engagement_without_items_teaches_by_its_closed_milestones() -> None:
    start = date(2026, 1, 5)
    release = make_milestone("Release", closed=start + timedelta(days=100))
    end = start + timedelta(days=50)
    bare = [
        make_engagement(
            ref=f"acme&{n}", closed=release.closed_at, milestones=[release], facts={"start": start, "end": end}
        )
        for n in range(8)
    ]
    assert learn(*bare).plan_ratio > 1.5
    assert learn(*(replace(e, milestones=()) for e in bare)) == Reference()
    growing = [replace(f, items=(*f.items[:5], *(_late(i) for i in f.items[5:]))) for f in map(finished, range(9, 13))]
    assert learn(*growing, *bare).growth == learn(*growing).growth > 0


def _late(item: Item) -> Item:
    assert item.closed_at
    return replace(item, created_at=item.closed_at - timedelta(days=5))


def test_forecasts_that_fell_far_away_widen_the_ranges() -> None:
    even = [finished(n) for n in range(8)]
    uneven = [finished(n, days=20 if n % 2 else 280) for n in range(8)]
    assert learn(*uneven).spread > learn(*even).spread


def test_what_was_left_open_at_the_end_teaches_how_much_is_dropped() -> None:
    """The root was closed with four of ten items open; all of it counts as over."""
    whole = [finished(n) for n in range(6)]
    left = [replace(e, items=(*e.items[:6], *map(reopened, e.items[6:]))) for e in whole]
    assert learn(*whole).closed_share == 1.0
    assert learn(*left).closed_share == pytest.approx((6 * 0.6 + 4) / 10)
    assert learn(*left).finished == 6


def test_what_was_closed_after_the_end_is_no_part_of_the_duration() -> None:
    whole = finished(1)
    early = replace(whole, closed_at=whole.items[4].closed_at)
    days = [learn(e).typical_by["Globex"][0] for e in (early, whole)]
    assert days[0] == pytest.approx(days[1] / 2, rel=0.1)


def test_booked_hours_that_were_not_worked_teach_what_a_booking_is_worth() -> None:
    """Ten hours in 2026-W03, where 16 were booked; the soft week and the one after the end say nothing."""
    booked = [make_booking("2026-W03", 16), make_booking("2026-W05", 40, kind="soft"), make_booking("2026-W40", 40)]
    whole = [replace(finished(n), bookings=tuple(booked)) for n in range(4)]
    assert learn(*whole).booking_yield == pytest.approx(math.sqrt(10 / 16 * Reference().booking_yield))
    assert learn(*(finished(n) for n in range(4))).booking_yield == Reference().booking_yield


def test_how_long_sign_offs_took_to_be_sent_and_answered_is_learned() -> None:
    """The last item was closed on Wednesday 15 April, the request sent two weeks later and answered the next day."""
    entry = {"milestone": "Go-live", "sign_off_sent": "2026-04-29", "sign_off_received": "2026-04-30"}
    found = [finished(n, milestones=[entry]) for n in range(4)]
    found = [replace(e, items=tuple(replace(i, milestone="Go-live") for i in e.items)) for e in found]
    lags, base = learn(*found).lags, Reference().lags
    assert lags.to_send == pytest.approx(math.sqrt(10 * base.to_send))
    assert lags.to_answer == pytest.approx(math.sqrt(1 * base.to_answer))


def test_a_root_that_was_closed_late_makes_no_engagement_longer() -> None:
    whole = finished(1)
    assert whole.closed_at is not None
    late = replace(whole, closed_at=whole.closed_at + timedelta(days=60))
    assert learn(late).typical_by == learn(whole).typical_by


def test_a_customers_own_work_outweighs_its_kind_and_its_kind_the_organisation() -> None:
    """Four of each: fixed price costs twice its estimate, at Initech three times; time and materials just its estimate."""
    plain = [finished(n, ratio=1.0, billing="time_and_materials", customer="Globex") for n in range(4)]
    fixed = [finished(n, ratio=2.0, billing="fixed_price", customer="Globex") for n in range(4, 8)]
    worst = [finished(n, ratio=3.0, billing="fixed_price", customer="Initech") for n in range(8, 12)]
    ref = learn(*plain, *fixed, *worst)

    def ratio(kind: str, customer: str) -> float:
        return ref.for_class(kind, customer).ratio

    others = math.sqrt(1.05)
    assert ratio("fixed_price", "Initech") == pytest.approx(math.sqrt(3 * math.sqrt(2 * others)))
    assert ratio("fixed_price", "Umbrella") == pytest.approx((6.0**4 * others**4) ** (1 / 12))
    assert ratio("time_and_materials", "Umbrella") < ref.ratio < ratio("fixed_price", "Umbrella")


def test_one_customer_that_is_the_whole_portfolio_makes_nothing_surer() -> None:
    ref = learn(*(finished(n, ratio=1.5, billing="fixed_price", customer="Globex") for n in range(6)))
    assert ref.for_class("fixed_price", "Globex").ratio == ref.ratio
    assert ref.for_class("fixed_price", "nobody we know").ratio == ref.ratio


def test_a_learned_reference_survives_being_stored() -> None:
    ref = learn(
        *(finished(n, billing="fixed_price", customer=c) for n, c in enumerate(("Globex", "Initech", "Globex")))
    )
    assert Reference.from_json(json.loads(json.dumps(ref.to_json()))) == ref


def test_what_finished_later_is_not_learned() -> None:
    early, late = finished(1, days=60, ratio=1.5), finished(2, days=300, ratio=3.0)
    on = date(2026, 6, 1)
    assert learn(early, late, on=on) == learn(early, on=on)
    assert learn(early, late, on=on).names == ("acme&1",)


def test_order_of_engagements_does_not_matter() -> None:
    engagements = [finished(n, days=40 + 10 * n, ratio=1 + n / 10) for n in range(5)]
    assert learn(*engagements) == learn(*reversed(engagements))


def test_a_reference_survives_json() -> None:
    found = learn(*(finished(n, ratio=1.2) for n in range(3)))
    assert Reference.from_json(json.loads(json.dumps(found.to_json()))) == found


def front_loaded(number: int) -> Engagement:
    """All hours in the first tenth of the time."""
    whole = finished(number)
    early = date(2026, 1, 5) + timedelta(days=4)
    return replace(whole, timelogs=tuple(replace(log, spent_at=early) for log in whole.timelogs))


def test_how_early_hours_were_spent_teaches_the_spending_curve() -> None:
    even, early = (learn(*(make(n) for n in range(8))).spend_exponent for make in (finished, front_loaded))
    built_in = Reference().spend_exponent
    # Logged at each closing, the mean hour of ten has 45 % of the time left (a little more by working days): .45 ÷ .55.
    assert even == pytest.approx((0.82**8 * built_in**4) ** (1 / 12), rel=0.05)
    assert early > 3 * built_in
    assert built_in < learn(front_loaded(1)).spend_exponent < early


def test_hours_of_which_no_day_is_known_teach_no_spending_curve() -> None:
    whole = finished(1)
    totals = replace(whole, timelogs=(), items=tuple(replace(i, spent_hours=10.0) for i in whole.items))
    half = replace(totals, timelogs=whole.timelogs[:5], items=(*whole.items[:5], *totals.items[5:]))
    for known in (totals, half):
        assert learn(known).spend_exponent == Reference().spend_exponent
