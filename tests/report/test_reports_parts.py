"""What a report picks and says first: risks by theme, the headline, promises to a customer, colours by the day."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from bot.derive import results as r
from bot.derive.decisions.gravity import telling_risk
from bot.derive.decisions.promises import promised as promise
from bot.domain.model import Facts, PastReport
from bot.domain.vocabulary import Audience, ForecastBasis, MilestoneState, RiskSource, Severity
from bot.report.charts import forecast_money
from bot.report.environment import Templates
from bot.report.parts.changes import _grave
from bot.report.parts.headline import headline
from bot.report.parts.weeks import colour_on
from bot.report.sample import sample_context, sample_settings
from bot.report.text.wording import load_words

WORDS = load_words("en_US", "USD")
CONTEXT = sample_context(Templates(WORDS), sample_settings())


def test_the_risk_told_for_a_colour_is_about_that_colour() -> None:
    risks = [
        r.Risk("single-person", RiskSource.DERIVED, Severity.HIGH, "x"),
        r.Risk("burn-ahead", RiskSource.DERIVED, Severity.MEDIUM, "x"),
    ]
    assert telling_risk(risks, ["budget"]) == risks[1]
    assert telling_risk(risks, ["scope"]) == risks[0]
    assert telling_risk([], ["scope"]) is None


def test_a_rule_with_other_evidence_is_no_new_risk_but_another_entry_of_the_register_is() -> None:
    rule = [
        r.Risk("milestone-at-risk", RiskSource.DERIVED, Severity.HIGH, "x", evidence)
        for evidence in (("a",), ("a", "b"))
    ]
    entries = [r.Risk("raid-risk", RiskSource.REGISTER, Severity.HIGH, "x", evidence) for evidence in (("a",), ("b",))]
    assert _grave(rule[:1]).keys() == _grave(rule[1:]).keys()
    assert len(_grave(entries)) == 2
    assert _grave([r.Risk("own", RiskSource.DERIVED, Severity.MEDIUM, "x")]) == {}


@pytest.mark.parametrize(
    ("finish", "said"),
    [
        (date(2026, 12, 18), "the day the SOW ends, and with"),
        (date(2026, 12, 17), "1 working day before the SOW end on Dec 18, 2026, and with"),
        (date(2026, 12, 22), "**2 working days after the SOW end** on Dec 18, 2026, and with"),
    ],
)
def test_the_headline_holds_the_finish_against_the_end_of_the_sow(finish: date, said: str) -> None:
    forecast = r.Forecast(r.Quantiles(finish, finish, finish, finish), 0.5, basis=ForecastBasis.THROUGHPUT)
    facts = Facts(end=date(2026, 12, 18))
    assert said in headline(
        CONTEXT, r.EngagementDerived("a#1", forecast=forecast, end=facts.end), facts, date(2026, 11, 20)
    )


def test_after_the_end_of_the_sow_nobody_is_told_a_chance_to_be_on_time() -> None:
    day = date(2027, 1, 8)
    forecast = r.Forecast(r.Quantiles(day, day, day, day), 0.0, basis=ForecastBasis.THROUGHPUT)
    late = r.EngagementDerived("a#1", forecast=forecast, end=date(2026, 12, 18))
    on, after = (headline(CONTEXT, late, Facts(), date(2026, 12, n)) for n in (18, 19))
    assert "; chance to be on time 0%." in on
    assert "chance" not in after
    assert "and with 80% certainty by **Jan 8, 2027**." in after


def test_a_customer_is_promised_no_earlier_date_than_planned_before_the_work_is_done() -> None:
    due, early, late = date(2026, 12, 11), date(2026, 12, 1), date(2026, 12, 15)
    milestone = r.MilestoneStatus("Go live", baseline=date(2026, 12, 9), due=due, forecast=early, slip_days=-6)
    promised = promise(milestone, CONTEXT.calendar)
    assert (promised.forecast, promised.slip_days) == (due, 2)
    assert promise(dataclasses.replace(milestone, forecast=late), CONTEXT.calendar).forecast == late
    done = dataclasses.replace(milestone, closed=early, state=MilestoneState.DONE)
    assert promise(done, CONTEXT.calendar) == done


def test_a_colour_holds_from_the_day_it_was_said_until_the_next() -> None:
    days = {"2026-11-12": "green", "2026-11-15": "red"}
    report = PastReport("status", Audience.INTERNAL, "2026-W46", "a#1", {"days": days, "status": {"overall": "red"}})
    assert [colour_on(report, date(2026, 11, day)) for day in (11, 12, 14, 15, 18)] == [
        None,
        "green",
        "green",
        "red",
        "red",
    ]
    old = PastReport("status", Audience.INTERNAL, "2026-W46", "a#1", {"status": {"overall": "yellow"}})
    assert colour_on(old, date(2026, 11, 11)) == "yellow"


def test_forecast_money_has_three_figures() -> None:
    assert [forecast_money(WORDS, v) for v in (574_253.4, 1_065.0, 0, None)] == [r"\$574,000", r"\$1,060", r"\$0", "–"]


@pytest.mark.parametrize(
    ("day", "said"), [(date(2026, 12, 30), "Dec 30, 2026"), (date(2027, 1, 5), "Jan 5"), (None, "–")]
)
def test_a_day_beside_a_date_of_another_year_says_its_year(day: date | None, said: str) -> None:
    assert WORDS.day_beside(day, date(2027, 1, 25)) == said


@pytest.mark.parametrize(
    ("locale", "short", "whole"),
    [("en_US", "Dec 8", "Dec 8, 2026"), ("de_DE", "08.12.", "08.12.2026"), ("zh_CN", "12月8日", "2026年12月8日")],
)
def test_a_short_date_is_the_whole_one_without_its_year(locale: str, short: str, whole: str) -> None:
    words, day = load_words(locale, "USD"), date(2026, 12, 8)
    assert (words.day(day), words.date(day)) == (short, whole)


@pytest.mark.parametrize(
    ("error", "said"),
    [(0.05, "5%"), (0.053, "5.3%"), (-0.0502, "−5.02%"), (0.047, "4.7%"), (0.056, "6%"), (0.03, "3%"), (None, "–")],
)
def test_a_deviation_shows_on_which_side_of_the_tolerance_it_is(error: float | None, said: str) -> None:
    assert WORDS.percent_beside(error, 0.05) == said
    assert load_words("de_DE", "USD").percent_beside(0.053, 0.05) == "5,3\xa0%"
