"""Colours of a day: worse on two readings or for certain, better past the dead band, the same for the same facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.derive.decisions.colours import LEVELS, ColourStanding, Signal, fold_days, high_is_bad, low_is_bad
from bot.derive.decisions.status import AXES, colours_on
from tests.builders import CALENDAR

GREEN, YELLOW, RED = (Signal(colour, colour) for colour in LEVELS)
UNKNOWN = Signal()

signals = st.builds(
    lambda colour, more, certain: Signal(LEVELS[colour], LEVELS[min(2, colour + more)], LEVELS[min(colour, certain)]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(0, 2),
)


MONDAY = date(2026, 11, 2)


def fold(signals: Iterable[tuple[date, Signal]]) -> str:
    """The colour after the signals of these working days, oldest first."""
    standing = ColourStanding()
    for day, today in signals:
        standing = standing.after_work(day, today)
    return standing.colour


def dated(known: list[Signal]) -> list[tuple[date, Signal]]:
    return [(MONDAY + timedelta(days=n), signal) for n, signal in enumerate(known)]


def folded(*known: Signal) -> str:
    return fold(dated(list(known)))


def test_one_bad_reading_turns_nothing_and_two_do() -> None:
    assert folded(GREEN, RED) == "green"
    assert folded(GREEN, YELLOW, RED) == "yellow"
    assert folded(GREEN, RED, RED) == "red"


def test_what_is_certain_turns_it_at_once() -> None:
    assert folded(GREEN, Signal("red", "red", certain="red")) == "red"


def test_no_evidence_is_unknown_and_the_first_evidence_counts() -> None:
    assert folded(RED, UNKNOWN) == "unknown"
    assert folded(UNKNOWN, YELLOW) == "yellow"
    assert folded(GREEN, UNKNOWN, RED) == "red"


def test_in_the_dead_band_nothing_gets_better_however_long() -> None:
    assert folded(YELLOW, YELLOW, *[Signal("green", cleared="yellow")] * 60) == "yellow"


def test_a_forecast_that_only_drifts_takes_nothing_back_within_three_weeks() -> None:
    spike = [GREEN, YELLOW, YELLOW]
    assert folded(*spike, *[GREEN] * 20) == "yellow"
    assert folded(*spike, *[GREEN] * 21) == "green"


@pytest.mark.parametrize("news", [{"facts": ("another end",)}, {"done": 0.15}])
def test_a_fact_that_a_reader_can_see_makes_it_better_at_once(news: dict[str, Any]) -> None:
    assert folded(GREEN, YELLOW, YELLOW, Signal("green", "green", **news)) == "green"
    assert folded(GREEN, YELLOW, YELLOW, Signal("green", "green", done=0.05)) == "yellow"


def test_from_red_it_gets_better_one_level_a_week() -> None:
    agreed = Signal("green", "green", facts=("a change order",))
    assert folded(GREEN, RED, RED, *[agreed] * 7) == "yellow"
    assert folded(GREEN, RED, RED, *[agreed] * 8) == "green"


def test_a_day_of_rest_counts_for_the_worse_and_is_nobody_s_day_before() -> None:
    friday = ColourStanding().after_work(MONDAY, GREEN).after_work(MONDAY + timedelta(days=4), YELLOW)
    assert friday.may_worsen
    assert friday.after_rest(MONDAY + timedelta(days=5), YELLOW).colour == "yellow"
    saturday = friday.after_rest(MONDAY + timedelta(days=5), GREEN)
    assert saturday == friday


def test_the_dead_band_lies_on_the_good_side_of_a_threshold() -> None:
    assert [low_is_bad(v, 0.95, 0.85, 0.05)[0] for v in (0.96, 0.94, 0.84)] == ["green", "yellow", "red"]
    assert [low_is_bad(v, 0.95, 0.85, 0.05)[1] for v in (1.0, 0.99, 0.89)] == ["green", "yellow", "red"]
    assert high_is_bad(0.08, 0.1, 0.25, 0.05) == ("green", "yellow")
    assert high_is_bad(0.05, 0.1, 0.25, 0.0) == ("green", "green")


def test_a_colour_rests_on_the_days_of_four_weeks() -> None:
    days = fold_days(date(2026, 11, 21))
    assert (days[0], days[-1], len(days)) == (date(2026, 10, 24), date(2026, 11, 21), 29)


def test_of_past_days_of_rest_only_those_are_read_that_could_make_it_worse() -> None:
    read: list[date] = []

    def signals_on(day: date) -> dict[str, Signal]:
        read.append(day)
        return dict.fromkeys(AXES, YELLOW if day >= date(2026, 11, 13) else GREEN)

    assert set(colours_on(date(2026, 11, 16), CALENDAR, signals_on).values()) == {"yellow"}
    assert [day for day in read if day.weekday() > 4] == [date(2026, 11, 14)]


@given(st.lists(signals, min_size=1, max_size=28))
def test_a_colour_is_never_better_than_what_is_certain_nor_worse_than_all_that_was_read(known: list[Signal]) -> None:
    found = LEVELS.index(fold(dated(known)))
    assert found >= LEVELS.index(known[-1].certain)
    assert found <= max(LEVELS.index(signal.colour) for signal in known)


@given(st.lists(signals, min_size=1, max_size=8), signals)
def test_facts_that_stay_settle_within_the_days_that_count(known: list[Signal], rest: Signal) -> None:
    steady = Signal(rest.colour, rest.colour, rest.certain)
    assert fold(dated([*known, *[steady] * 29])) == steady.colour


@given(st.lists(signals, min_size=2, max_size=60))
def test_without_news_no_turn_for_the_worse_is_taken_back_within_three_weeks(known: list[Signal]) -> None:
    colours = [fold(dated(known[: n + 1])) for n in range(len(known))]
    worse = [n for n in range(1, len(colours)) if LEVELS.index(colours[n]) > LEVELS.index(colours[n - 1])]
    assert all(LEVELS.index(c) >= LEVELS.index(colours[n]) for n in worse for c in colours[n : n + 21])
