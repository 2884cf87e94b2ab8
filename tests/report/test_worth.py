"""Noise: what is too small to matter is no row, no range and no upside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.derive.results import PortfolioQuarter, QuarterRevenue
from bot.report.worth import LEAST_SHARE, has_range, is_worth, worth_telling


def test_far_quarters_with_next_to_nothing_are_told_as_later() -> None:
    told = worth_telling(
        {
            "FY27-Q3": QuarterRevenue(0, 0),
            "FY27-Q4": QuarterRevenue(100, 1_000),
            "FY28-Q1": QuarterRevenue(0, 4),
            "FY29-Q1": QuarterRevenue(0, 0.27),
        }
    )
    assert [name for name, _ in told.rows] == ["FY27-Q4"]
    assert told.later == 4.27


def test_a_quarter_with_a_target_is_always_told() -> None:
    told = worth_telling({"FY27-Q4": PortfolioQuarter(forecast=1_000), "FY28-Q1": PortfolioQuarter(target=450)})
    assert [name for name, _ in told.rows] == ["FY27-Q4", "FY28-Q1"]
    assert told.later == 0


def test_there_is_no_range_from_an_amount_to_itself() -> None:
    assert not has_range(120_000, 120_000)
    assert not has_range(0, 0.27)
    assert has_range(0, 120_000)


@given(st.dictionaries(st.sampled_from(["FY27-Q1", "FY27-Q2", "FY27-Q3", "FY28-Q1"]), st.floats(0, 1e9)))
def test_no_row_is_noise_and_no_money_after_them_is_lost(amounts: dict[str, float]) -> None:
    told = worth_telling({name: QuarterRevenue(0, amount) for name, amount in amounts.items()})
    whole = sum(amounts.values())
    assert all(is_worth(found.forecast, whole) for _, found in told.rows)
    assert told.later <= len(amounts) * LEAST_SHARE * whole + 0.01
