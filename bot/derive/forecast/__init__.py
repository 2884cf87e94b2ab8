"""The forecast: finish dates, effort and revenue by fiscal quarter, with ranges that were measured, not wished.

Pure: the engagement as of a day, what finished work teaches (`Reference`), a seed and a number of trials come in; values
go out. Trial number n of every engagement shares the same common shock, so portfolio ranges come from sums of trials and
carry correlation, while each engagement can still be forecast alone.
"""

from bot.derive.forecast.engagement import EngagementForecast, forecast_engagement
from bot.derive.forecast.learn import learn_by_day, learn_reference
from bot.derive.forecast.portfolio import portfolio_revenue
from bot.derive.forecast.record.accuracy import Accuracy, explain_between, explain_change, measure_accuracy
from bot.derive.forecast.record.backtest import BacktestReport, run_backtest
from bot.derive.forecast.record.commitments import Commitment, commitment, opening_commitment, read_commitments
from bot.derive.forecast.reference import Reference
from bot.derive.forecast.scenarios.levelling import (
    apply_scenarios,
    asked_of_people,
    levelled,
    over_capacity,
    people_over,
)
from bot.derive.forecast.scenarios.whatif import Scenario, ScenarioComparison, apply_scenario, compare, parse_scenario

DEFAULT_TRIALS = 10_000
DEFAULT_SEED = 1

__all__ = [
    "DEFAULT_SEED",
    "DEFAULT_TRIALS",
    "Accuracy",
    "BacktestReport",
    "Commitment",
    "EngagementForecast",
    "Reference",
    "Scenario",
    "ScenarioComparison",
    "apply_scenario",
    "apply_scenarios",
    "asked_of_people",
    "commitment",
    "compare",
    "explain_between",
    "explain_change",
    "forecast_engagement",
    "learn_by_day",
    "learn_reference",
    "levelled",
    "measure_accuracy",
    "opening_commitment",
    "over_capacity",
    "parse_scenario",
    "people_over",
    "portfolio_revenue",
    "read_commitments",
    "run_backtest",
]
