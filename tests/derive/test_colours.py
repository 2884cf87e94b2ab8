"""Colours of a day: worse on two readings or for certain, better past the dead band, the same for the same facts."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.derive.decisions.colours import LEVELS, Signal, fold, fold_days, high_is_bad, low_is_bad, turn
from tests.builders import CALENDAR

GREEN, YELLOW, RED = (Signal(colour, colour) for colour in LEVELS)
UNKNOWN = Signal()

signals = st.builds(
    lambda colour, more, certain: Signal(LEVELS[colour], LEVELS[min(2, colour + more)], LEVELS[min(colour, certain)]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(0, 2),
)


def test_one_bad_reading_turns_nothing_and_two_do() -> None:
    assert turn("green", RED, GREEN) == "green"
    assert turn("green", RED, YELLOW) == "yellow"
    assert turn("green", RED, RED) == "red"


def test_what_is_certain_turns_it_at_once() -> None:
    assert turn("green", Signal("red", "red", certain="red"), GREEN) == "red"


def test_it_gets_better_only_past_the_dead_band_and_one_level_a_week() -> None:
    assert turn("yellow", Signal("green", cleared="yellow"), GREEN) == "yellow"
    assert turn("yellow", GREEN, RED) == "green"
    assert turn("red", GREEN, GREEN) == "yellow"


def test_no_evidence_is_unknown_and_the_first_evidence_counts() -> None:
    assert turn("red", UNKNOWN, RED) == "unknown"
    assert turn("unknown", YELLOW, UNKNOWN) == "yellow"
    assert turn("unknown", RED, GREEN) == "green"


def test_the_dead_band_lies_on_the_good_side_of_a_threshold() -> None:
    assert [low_is_bad(v, 0.95, 0.85, 0.05)[0] for v in (0.96, 0.94, 0.84)] == ["green", "yellow", "red"]
    assert [low_is_bad(v, 0.95, 0.85, 0.05)[1] for v in (1.0, 0.99, 0.89)] == ["green", "yellow", "red"]
    assert high_is_bad(0.08, 0.1, 0.25, 0.05) == ("green", "yellow")
    assert high_is_bad(0.05, 0.1, 0.25, 0.0) == ("green", "green")


def test_a_colour_rests_on_the_working_days_of_four_weeks() -> None:
    days = fold_days(date(2026, 11, 21), CALENDAR)
    assert (days[0], days[-2], days[-1]) == (date(2026, 10, 26), date(2026, 11, 20), date(2026, 11, 21))
    assert len(days) == 21


def dated(known: list[Signal]) -> list[tuple[date, Signal]]:
    return [(date(2026, 11, 2) + timedelta(days=n), signal) for n, signal in enumerate(known)]


def test_what_turned_worse_does_not_get_better_within_a_week() -> None:
    spike = [GREEN, GREEN, RED, RED, *[GREEN] * 4]
    assert fold(dated(spike)) == "red"
    assert fold(dated([*spike, *[GREEN] * 3])) == "yellow"
    assert fold(dated([*spike, *[GREEN] * 10])) == "green"


@given(st.lists(signals, min_size=1, max_size=28))
def test_a_colour_is_never_better_than_what_is_certain_nor_worse_than_all_that_was_read(known: list[Signal]) -> None:
    found = LEVELS.index(fold(dated(known)))
    assert found >= LEVELS.index(known[-1].certain)
    assert found <= max(LEVELS.index(signal.colour) for signal in known)


@given(st.lists(signals, min_size=1, max_size=8), signals)
def test_facts_that_stay_settle_in_two_weeks(known: list[Signal], rest: Signal) -> None:
    steady = Signal(rest.colour, rest.colour, rest.certain)
    assert fold(dated([*known, *[steady] * 15])) == steady.colour


@given(st.lists(signals, min_size=2, max_size=28))
def test_no_colour_goes_there_and_back_within_a_week(known: list[Signal]) -> None:
    colours = [fold(dated(known[: n + 1])) for n in range(len(known))]
    worse = [n for n in range(1, len(colours)) if LEVELS.index(colours[n]) > LEVELS.index(colours[n - 1])]
    assert all(LEVELS.index(c) >= LEVELS.index(colours[n]) for n in worse for c in colours[n : n + 7])
