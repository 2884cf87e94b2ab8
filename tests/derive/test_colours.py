"""Colours of a day: worse on two readings or for certain, better past the dead band, the same for the same facts."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.derive.decisions.colours import LEVELS, Reading, Signal, fold, fold_days, high_is_bad, low_is_bad, turn
from tests.builders import CALENDAR

GREEN, YELLOW, RED = (Signal(colour, colour) for colour in LEVELS)
UNKNOWN = Signal()

signals = st.builds(
    lambda colour, more, certain: Signal(LEVELS[colour], LEVELS[min(2, colour + more)], LEVELS[min(colour, certain)]),
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(0, 2),
)
readings = st.tuples(signals, signals)


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


def test_a_colour_rests_on_five_weeks_and_the_working_day_before_each() -> None:
    days = fold_days(date(2026, 11, 23), CALENDAR)
    assert [day for day, _ in days] == [
        date(2026, 10, 26),
        date(2026, 11, 2),
        date(2026, 11, 9),
        date(2026, 11, 16),
        date(2026, 11, 23),
    ]
    assert days[-1][1] == date(2026, 11, 20)


@given(st.lists(readings, min_size=1, max_size=8))
def test_a_colour_is_never_better_than_what_is_certain_nor_worse_than_all_that_was_read(known: list[Reading]) -> None:
    found = LEVELS.index(fold(known))
    today = known[-1][0]
    assert found >= LEVELS.index(today.certain)
    assert found <= max(LEVELS.index(signal.colour) for pair in known for signal in pair)


@given(st.lists(readings, min_size=1, max_size=5), signals)
def test_facts_that_stay_settle_in_two_weeks(known: list[Reading], rest: Signal) -> None:
    steady = Signal(rest.colour, rest.colour, rest.certain)
    assert fold([*known, (steady, steady), (steady, steady)]) == steady.colour


@given(st.sampled_from(LEVELS), signals)
def test_a_signal_within_the_dead_band_never_turns_it_back_and_forth(colour: str, near: Signal) -> None:
    first = turn(colour, near, near)
    assert turn(first, near, near) == first or LEVELS.index(turn(first, near, near)) == LEVELS.index(first) - 1
