"""The remaining time, worked by hand from the formulas of docs/forecast.md: ten weeks gone, a hundred days planned."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bot.derive.forecast.capacity import Capacity
from bot.derive.forecast.finish import (
    Prior,
    PriorSource,
    Remaining,
    Total,
    combine_priors,
    is_stalled,
    normal_nodes,
    pooled_pace,
    remaining_time,
)
from bot.derive.forecast.history import State
from bot.derive.forecast.reference import Reference

REF = Reference()
PLAN = Prior(math.log(105), 0.33, PriorSource.PLAN)
"""A hundred working days by the SOW, which usually become 105."""


def state(**changes: Any) -> State:
    """After 50 working days: 40 of 100 closed, 50 with what is begun, 25 hours and 4 closed a week."""
    weekly = {"weekly_closed": [4.0] * 10, "weekly_hours": [25.0] * 10} | {
        key: changes.pop(key) for key in ("weekly_closed", "weekly_hours") if key in changes
    }
    values = {
        "at": 50.0, "elapsed": 50.0, "total": 100.0, "earned_closed": 40.0, "earned": 50.0, "spent": 250.0,
        "open_items": 6, "items": 10, "arrived": 0.0,
    }  # fmt: skip
    return State(**(values | changes), **{key: np.array(v, dtype=float) for key, v in weekly.items()})  # type: ignore[arg-type]


NO_HOURS = {"weekly_hours": [0.0] * 10}
TEN_DAYS_BOOKED = Capacity(np.array([0.0, 10.0]), np.array([0.0, 60.0]), np.zeros(2), 4.0)


def shape(found: Remaining) -> tuple[float, float, float, float]:
    return found.median, found.low_sd, found.high_sd, found.own_weight


BY_HOURS: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[float, ...]]] = {
    "75 days by what is closed, 50 by what is earned": ({}, {}, (57.8517, 0.568269, 0.507011, 0.404983)),
    "a quarter more scope to come": ({}, {"growth": 0.25}, (65.1238, 0.575094, 0.519804, 0.312124)),
    "120 hours left at five a day": ({}, {"rest": 120.0}, (51.1462, 0.617035, 0.530109, 0.404983)),
    "120 hours left, 60 booked in ten days, then four a day": (
        {}, {"rest": 120.0, "capacity": TEN_DAYS_BOOKED}, (51.4081, 0.614879, 0.529111, 0.404983)),
    "nothing booked tells nothing": (
        {}, {"rest": 120.0, "capacity": Capacity(np.zeros(1), np.zeros(1), np.zeros(1), 0.0)}, (57.8517, 0.568269, 0.507011, 0.404983)),
    "longer than planned already": (
        {"elapsed": 150.0}, {}, (108.9767, 0.952356, 0.704553, 0.596079)),
    "almost done is no more than 98 %": (
        {"earned": 99.5, "earned_closed": 99.5}, {}, (2.969095, 1.176402, 0.726770, 0.970888)),
    "a hundredth counts as two": ({"earned": 1.0, "earned_closed": 1.0}, {}, (61.5984, 0.735834, 0.621069, 0.013700)),
    "begun and nothing closed": ({"earned": 10.0, "earned_closed": 0.0}, {}, (67.8988, 0.670378, 0.587207, 0.070308)),
    "half a day counts as one": (
        {"elapsed": 0.5, "earned": 10.0, "earned_closed": 10.0}, {}, (84.3369, 0.322860, 0.385536, 0.070308)),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HOURS)
def test_progress_and_hours_against_the_plan(name: str) -> None:
    changes, options, expected = BY_HOURS[name]
    assert shape(remaining_time(state(**changes), PLAN, REF, **options)) == pytest.approx(expected, rel=1e-4)


BY_CLOSINGS: dict[str, tuple[dict[str, Any], float, tuple[float, ...]]] = {
    "60 left at four a week, as even as can be": ({}, 1.0, (68.7872, 0.339763, 0.36, 0.707602)),
    "a fifth of the scope came late": ({"arrived": 0.2}, 1.0, (62.3057, 0.553342, 0.501843, 0.384127)),
    "half of it came late": ({"arrived": 0.5}, 1.0, (59.1090, 0.662597, 0.570422, 0.211909)),
    "a tenth is dropped at the end": ({}, 0.9, (60.4878, 0.342522, 0.36, 0.738404)),
    "two of a hundred are left at least": (
        {"earned": 99.0, "earned_closed": 99.0, "weekly_closed": [9.9] * 10}, 0.9, (1.027496, 0.453892, 0.36, 0.999550)),
    "a day at least, and no shorter than a fiftieth of it": (
        {"earned": 99.0, "earned_closed": 99.0, "weekly_closed": [1000.0] * 10},
        0.9,
        (1.0, 3.052568, 3.663081, 1.0),
    ),
    "every other week nothing": ({"weekly_closed": [8.0, 0.0] * 5}, 1.0, (65.5200, 0.447504, 0.428416, 0.547511)),
    "every other week nothing, of smaller items": (
        {"weekly_closed": [1.0, 0.0] * 5, "total": 12.5, "earned": 5.0, "earned_closed": 5.0},
        1.0,
        (65.5200, 0.447504, 0.428416, 0.547511),
    ),
    "all in one week": ({"weekly_closed": [40.0] + [0.0] * 9}, 1.0, (55.2825, 0.596517, 0.522516, 0.386129)),
    "all in one week, of smaller items": (
        {"weekly_closed": [5.0] + [0.0] * 9, "total": 12.5, "earned": 5.0, "earned_closed": 5.0},
        1.0,
        (55.2825, 0.596517, 0.522516, 0.386129),
    ),
    "more hours taken back than logged are none": ({"weekly_hours": [-2.0] * 10}, 1.0, (68.7872, 0.339763, 0.36, 0.707602)),
    "no week is over yet": (
        {"weekly_closed": [], "elapsed": 3.0, "earned": 6.0, "earned_closed": 6.0}, 1.0, (79.1850, 0.3, 0.36, 0.330200)),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_CLOSINGS)
def test_closings_against_the_plan(name: str) -> None:
    changes, share, expected = BY_CLOSINGS[name]
    found = remaining_time(state(**(NO_HOURS | changes)), PLAN, Reference(closed_share=share))
    assert shape(found) == pytest.approx(expected, rel=1e-4)


def test_more_scope_to_come_is_closed_at_the_same_pace() -> None:
    found = remaining_time(state(**NO_HOURS), PLAN, REF, growth=0.25)
    assert shape(found) == pytest.approx((86.1331, 0.334231, 0.36, 0.653269), rel=1e-4)


def test_twice_the_pace_halves_the_time_and_a_learned_spread_widens_it() -> None:
    found = remaining_time(state(), PLAN, Reference(spread=1.5), pace_factor=2.0)
    assert shape(found) == pytest.approx((28.9259, 0.852403, 0.760517, 0.404983), rel=1e-4)


def test_what_is_earned_on_the_first_day_tells_no_pace() -> None:
    assert shape(remaining_time(state(elapsed=0.0), PLAN, REF)) == pytest.approx((105.0, 0.4, 0.4, 0.0))


def test_half_a_year_without_a_closing_is_as_uneven_as_usual() -> None:
    """Of the sd of closings nothing is known but the usual: 26 weeks of 1 and ten of 1 are 1."""
    quiet = state(**NO_HOURS, weekly_closed=[0.0] * 26 + [4.0] * 10, elapsed=180.0)
    assert remaining_time(quiet, PLAN, REF).median == pytest.approx(286.5285, rel=1e-4)


def test_a_standstill_lies_between_what_is_left_and_what_is_gone() -> None:
    quiet = state(weekly_hours=[0.0] * 4 + [25.0] * 6, weekly_closed=[0.0] * 4 + [4.0] * 6)
    found, faster = (remaining_time(quiet, PLAN, REF, pace_factor=pace) for pace in (1.0, 2.0))
    assert shape(found) == pytest.approx((53.7828, 1.2, 1.2, 0.0), rel=1e-4)
    assert found.stalled
    assert faster.median == pytest.approx(found.median / 2)


@pytest.mark.parametrize(
    ("changes", "stalled"),
    [
        ({"weekly_hours": [0.0] * 4, "weekly_closed": [0.0] * 4}, True),
        ({"weekly_hours": [0.0] * 3, "weekly_closed": [0.0] * 3}, False),
        ({"weekly_hours": [0.0] * 4, "weekly_closed": [0.0] * 4, "open_items": 1}, True),
        ({"weekly_hours": [0.0] * 4, "weekly_closed": [0.0] * 4, "open_items": 0}, False),
        ({"weekly_hours": [0.0, 0.0, 0.0, 1.0], "weekly_closed": [0.0] * 4}, False),
        ({"weekly_hours": [0.0] * 4, "weekly_closed": [0.0, 0.0, 0.0, 0.5]}, False),
        ({"weekly_hours": [0.0] * 4 + [9.0], "weekly_closed": [0.0] * 4 + [2.0]}, True),
        ({"weekly_hours": [-8.0, 0.0, 0.0, 0.0], "weekly_closed": [0.0] * 4}, True),
        ({"weekly_hours": [-8.0, 0.0, 0.0, 0.0], "weekly_closed": [0.0, 8.0, 0.0, 0.0]}, False),
    ],
)
def test_four_quiet_weeks_with_open_work_are_a_standstill(changes: dict[str, Any], stalled: bool) -> None:
    assert is_stalled(state(**changes)) is stalled


# -- before anything is earned


UNTOUCHED = {"earned": 0.0, "earned_closed": 0.0}
TYPICAL = Prior(math.log(54), 0.4, PriorSource.TYPICAL)
BY_CLASS: dict[str, tuple[dict[str, Any], Prior, tuple[float, float]]] = {
    "twenty days spent without a result": ({"elapsed": 20.0}, PLAN, (85.0000, 0.4)),
    "eighty days spent": ({"elapsed": 80.0}, PLAN, (34.3981, 0.930285)),
    "a hundred days spent": ({"elapsed": 100.0}, PLAN, (27.3452, 1.2)),
    "twenty days of nothing": ({"elapsed": 20.0, "spent": 0.0}, PLAN, (94.4722, 0.484681)),
    "a day of one that takes two": ({"elapsed": 1.0}, Prior(math.log(2), 0.8, PriorSource.HOURS), (1.4319, 0.8)),
    "half an hour is a beginning": ({"elapsed": 20.0, "spent": 0.5}, PLAN, (85.0000, 0.4)),
    "more taken back than logged": ({"elapsed": 20.0, "spent": -5.0}, PLAN, (94.4722, 0.484681)),
    "nothing known": ({"elapsed": 20.0, "spent": 0.0}, TYPICAL, (42.9597, 0.879332)),
    "the first day": ({"elapsed": 0.0, "spent": 0.0}, TYPICAL, (54.0, 0.611111)),
    "the first day with hours": ({"elapsed": 0.0}, TYPICAL, (54.0, 0.6)),
}


@pytest.mark.parametrize("name", BY_CLASS)
def test_without_a_pace_the_class_tells(name: str) -> None:
    changes, prior, (days, sd) = BY_CLASS[name]
    found = remaining_time(state(**(UNTOUCHED | changes)), prior, REF)
    assert shape(found) == pytest.approx((days, sd, sd, 0.0), rel=1e-4)
    wide = remaining_time(state(**(UNTOUCHED | changes)), prior, Reference(spread=2.0), pace_factor=2.0)
    assert shape(wide) == pytest.approx((days / 2, 2 * sd, 2 * sd, 0.0), rel=1e-4)


def test_dates_tell_of_the_time_that_is_left() -> None:
    """40 gone and 60 to go make 61.78 to go of 101.78; a date that has passed leaves a day."""
    dates = combine_priors(None, None, None, REF, dates=(40.0, 60.0))
    found = remaining_time(state(elapsed=40.0, **UNTOUCHED), dates, REF)
    assert shape(found) == pytest.approx((61.7824, 0.40, 0.60, 0.0), rel=1e-4)
    past = remaining_time(state(elapsed=120.0, **UNTOUCHED), dates, REF, pace_factor=2.0)
    assert past.median == 0.5


# -- the voices


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"planned": 100.0}, (math.log(105), 0.33, "plan")),
        ({"planned": 100.0, "hours": 1000.0, "typical": (20.0, 9)}, (math.log(105), 0.33, "plan")),
        ({"hours": 1000.0}, (math.log(75), 0.35, "hours")),
        ({"hours": 1000.0, "typical": (20.0, 9)}, (math.log(75), 0.35, "hours")),
        ({"hours": 1000.0, "booked": 80.0}, (4.360223, 0.25, "bookings")),
        ({"booked": 80.0}, (math.log(80), 0.25, "bookings")),
        ({"dates": (40.0, 60.0)}, (4.622837, 0.303502, "dates")),
        ({"dates": (40.0, 60.0), "planned": 30.0, "hours": 9.0}, (4.622837, 0.303502, "dates")),
        ({"dates": (40.0, 60.0), "booked": 80.0}, (4.479370, 0.25, "dates")),
        ({}, (math.log(54), 0.4, "typical")),
        ({"typical": (100.0, 3)}, (4.451124, 0.4, "typical")),
    ],
)
def test_voices_are_weighed_by_their_precision(told: dict[str, Any], expected: tuple[float, float, str]) -> None:
    asked = {"hours": None, "planned": None, "typical": None} | told
    found = combine_priors(ref=REF, **asked)
    assert (found.mean, found.sd) == pytest.approx(expected[:2], rel=1e-5)
    assert found.source == expected[2]


# -- what is made of it


def test_one_that_lasted_far_beyond_all_expectation_has_a_day_to_go() -> None:
    assert Total(math.log(10), 0.1, 1000.0).remaining(1.0, 1.0, 0.5).median == 1.0


def test_scores_spread_the_days_as_wide_as_their_side() -> None:
    found = Remaining(20.0, 0.3, 0.5, 0.6)
    assert found.at(np.array([-1.0, 0.0, 1.0])) == pytest.approx([20 / math.exp(0.3), 20, 20 * math.exp(0.5)])
    assert float(found.at(2.0)) == pytest.approx(20 * math.e)
    assert found.faster(2.0) == Remaining(10.0, 0.3, 0.5, 0.6)
    assert found.faster(100.0).median == 1.0


@pytest.mark.parametrize(
    ("days", "chance"), [(-3.0, 0.0), (0.0, 0.0), (0.5, 0.0), (10.0, 0.010431), (20.0, 0.5), (40.0, 0.917171)]
)
def test_the_chance_to_need_no_more_days(days: float, chance: float) -> None:
    assert Remaining(20.0, 0.3, 0.5, 0.6).chance_within(days) == pytest.approx(chance, abs=1e-6)


@pytest.mark.parametrize(
    ("weekly", "pace"),
    [
        ([], 0.0),
        ([0.0] * 9, 0.0),
        ([3.0, -4.0], 0.0),
        ([5.0] * 60, 5.0),
        ([8.0, 0.0, 0.0, 0.0, 4.0, 4.0, 4.0, 4.0], 2.8),  # windows: 2, then four times 3
        ([0.0] * 4 + [4.0] * 4, 1.6),  # one empty window of five, four times 2
        ([0.0] * 13 + [13.0] * 13, 2.6),  # three empty windows, twice 6.5
    ],
)
def test_the_pace_is_pooled_over_windows(weekly: list[float], pace: float) -> None:
    assert pooled_pace(weekly) == pytest.approx(pace, rel=1e-5)


def test_scores_are_equally_likely_and_of_all_as_many() -> None:
    assert normal_nodes(4) == pytest.approx([-1.150349, -0.318639, 0.318639, 1.150349], rel=1e-5)
