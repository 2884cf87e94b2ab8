"""A quarter's trials summed up: mean, the range of eight trials in ten, upside, reasons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.derive.forecast.revenue import QuarterTrials
from bot.domain.messages import Phrase


def test_a_quarter_is_its_mean_and_eighty_percent_in_cents() -> None:
    summary = QuarterTrials(1.236, np.arange(11) * 100 / 3, 2.345678, Phrase("why")).summary(("a#1",))
    assert (summary.actual, summary.forecast, summary.low, summary.high, summary.upside) == (
        1.24,
        166.67,
        33.33,
        300.0,
        2.35,
    )
    assert [(str(r.text), r.evidence) for r in summary.reasons] == [("why", ("a#1",))]


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ([7.0], (7, 7, 7)),
        ([0.0, 10.0], (5, 1, 9)),
        ([0.0] * 19 + [1900.0], (95, 0, 95)),
        ([1000.0] * 19 + [0.0], (950, 950, 1000)),
        ([0.0, 10.0, 20.0, 30.0, 40.0, 50.0], (25, 5, 45)),
    ],
)
def test_the_range_always_holds_the_mean(whole: list[float], expected: tuple[float, float, float]) -> None:
    summary = QuarterTrials(0.0, np.array(whole), -3.0).summary()
    assert (summary.forecast, summary.low, summary.high) == expected
    assert (summary.upside, summary.reasons) == (0, ())


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=300) | st.lists(st.sampled_from([0.0, 5e3]), min_size=2))
def test_the_range_is_the_one_that_numpy_finds(whole: list[float]) -> None:
    summary, (low, high) = QuarterTrials(0.0, np.array(whole)).summary(), np.percentile(whole, [10, 90])
    mean = float(np.mean(whole))
    assert (summary.low, summary.high) == (round(min(float(low), mean), 2), round(max(float(high), mean), 2))
