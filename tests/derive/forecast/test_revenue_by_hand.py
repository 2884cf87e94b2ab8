"""Quarters worked by hand on a line of working days: one from 0 to 60, one to 120, today is 50."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bot.derive.forecast.history import WorkAxis
from bot.derive.forecast.milestones import Amount
from bot.derive.forecast.revenue import (
    Outlook,
    QuarterTrials,
    Span,
    make_spans,
    month_trials,
    quarter_trials,
)
from bot.derive.forecast.terms import Terms
from bot.domain.calendar import Period
from tests.builders import CALENDAR

PAST, THIS, NEXT = Span("past", -60, 0), Span("this", 0, 60), Span("next", 60, 120)
SPANS = (PAST, THIS, NEXT)
NOW = 50.0


def ahead(*hours: float, days: tuple[float, ...] = (20.0,), delay: float = 0.0) -> Any:
    """Trials that spend their hours evenly over the next twenty days."""
    total, on = np.array(hours), np.array(days)
    return SimpleNamespace(hours=total, hours_by=lambda after: total * min(after / 20, 1.0), days=on, delay=delay)


def history(at: float) -> float:
    """20 hours until day 0, 50 until today."""
    return 0.0 if at < 0 else 20.0 if at < NOW else 50.0


def terms(recognition: str = "as_delivered", **changes: Any) -> Terms:
    """20,200 at 200 an hour; 5, 20 and 25 hours billed on days 0, 10 and 50, 1,000 not approved; 80 % are billable."""
    money = changes.pop("billed_money", [1000.0, 4000.0, 5000.0])
    values: dict[str, Any] = {
        "value": 20_200.0, "hours": 101.0, "rate": 200.0, "billable_share": 0.8, "pending_money": 1000.0, "upside_value": 0.0, "approved_value": 0.0, "unit": "USD",
    }  # fmt: skip
    return Terms(
        recognition=recognition,
        billed_at=np.array([0.0, 10.0, 50.0]),
        billed_money=np.array(money),
        billed_hours=np.array([5.0, 20.0, 25.0]),
        **(values | changes),
    )


def outlook(with_terms: Terms, **changes: Any) -> Outlook:
    values: dict[str, Any] = {
        "history": SimpleNamespace(hours_until=history), "now": NOW, "ahead": ahead(40.0, 60.0), "eac": 130.0,
        "eac_at": lambda at: 100.0, "amounts": (), "finished_at": None, "soft_money": {}, "upside_in": frozenset(),
    }  # fmt: skip
    return Outlook(terms=with_terms, **(values | changes))


def found(with_terms: Terms, **changes: Any) -> dict[str, QuarterTrials]:
    return quarter_trials(outlook(with_terms, **changes), SPANS)


def figures(trials: QuarterTrials) -> tuple[float, list[float], float]:
    return trials.actual, [round(float(x), 6) for x in trials.whole], trials.upside


# -- as delivered


def test_hours_billed_and_to_come_by_quarter_up_to_the_value() -> None:
    """To come: 160 of money an hour ahead; until 60 half of 40 or 60 hours, until 120 all, and then 20,200 is the limit."""
    q = found(terms())
    assert figures(q["past"]) == (1000, [1000], 0)
    assert figures(q["this"]) == (9000, [13_200, 14_800], 0)
    assert figures(q["next"]) == (0, [3200, 4400], 0)
    assert (q["past"].room, q["this"].room, q["next"].room) == pytest.approx((0, 5200, 1400))
    assert [str(q[name].text) for name in ("past", "this", "next")] == [
        "5 billable hours approved so far, 0 more expected, at 200.00 USD an hour",
        "45 billable hours approved so far, 25 more expected, at 200.00 USD an hour",
        "0 billable hours approved so far, 19 more expected, at 200.00 USD an hour; the contract value of USD 20,200 is the limit",
    ]


def test_without_a_value_nothing_limits() -> None:
    q = found(terms(value=None))
    assert figures(q["next"]) == (0, [3200, 4800], 0)
    assert "limit" not in str(q["next"].text)


def test_one_trial_in_twenty_at_the_limit_is_told_and_one_in_fifty_is_not() -> None:
    for trials, told in ((20, True), (50, False)):
        q = found(terms(), ahead=ahead(60.0, *[40.0] * (trials - 1)))
        assert ("limit" in str(q["next"].text)) is told


def test_hours_beyond_the_value_wait_for_a_change_order() -> None:
    """19,000 billed by day 0 of 18,200; 2,000 more approved on day 20."""
    rich = terms(billed_money=[19_000.0, 0.0, 0.0], added=((20.0, 2000.0, 10.0),))
    assert [rich.value_at(at) for at in (0, 19, 20, 21)] == [18_200, 18_200, 20_200, 20_200]
    assert [rich.hours_at(at) for at in (0, 19, 20, 21)] == [91, 91, 101, 101]
    assert terms(hours=None, added=((20.0, 2000.0, 10.0),)).hours_at(0) is None
    q = found(rich, ahead=None)
    assert (q["past"].actual, q["this"].actual) == (18_200, 800)
    assert figures(quarter_trials(outlook(rich, now=20.0), (Span("until it", 0, 20),))["until it"])[0] == 800
    assert terms(value=None, added=((20.0, 2000.0, 10.0),)).value_at(0) is None


def test_hours_of_a_quarter_are_those_between_its_ends() -> None:
    spans = Span("until five", -60, 5), Span("until ten", 5, 10), Span("until forty", 10, 40)
    told = [str(q.text).split()[0] for q in quarter_trials(outlook(terms()), spans).values()]
    assert told == ["5", "20", "0"]


@pytest.mark.parametrize(("short", "told"), [(0.5, False), (0.004, True)])
def test_a_limit_is_met_to_the_cent(short: float, told: bool) -> None:
    """All trials end at 18,600: below a limit that lies `short` higher."""
    q = found(terms(value=18_600.0 + short, pending_money=3800.0), ahead=ahead(30.0))
    assert ("limit" in str(q["next"].text)) is told


def test_a_quarter_that_ends_today_is_over() -> None:
    full = terms(billed_money=[1000.0, 4000.0, 99_000.0])
    q = quarter_trials(outlook(full), (Span("until today", 0, NOW),))["until today"]
    assert (figures(q), q.room) == ((19_200, [19_200], 0), 0)
    assert "limit" not in str(q.text)


def test_when_nothing_is_left_what_waits_for_approval_is_still_expected() -> None:
    q = found(terms(), ahead=None)
    assert (figures(q["this"]), figures(q["next"])) == ((9000, [10_000], 0), (0, [0], 0))


def test_where_more_was_taken_back_than_is_to_come_nothing_more_is_expected() -> None:
    q = found(terms(pending_money=-3000.0, rate=1.0), ahead=None)
    assert figures(q["this"]) == (9000, [6000], 0)
    assert "45 billable hours approved so far, 0 more expected" in str(q["this"].text)


def test_a_quarter_that_begins_today_holds_what_waits_for_approval() -> None:
    q = quarter_trials(outlook(terms()), (Span("until today", 0, NOW), Span("from today", NOW, 60)))
    assert figures(q["from today"]) == (0, [4200, 5800], 0)


def test_work_for_nothing_earns_nothing() -> None:
    q = found(terms(rate=0.0, billed_money=[0.0, 0.0, 0.0], pending_money=0.0))
    assert figures(q["next"]) == (0, [0, 0], 0)
    assert "at 0.00 USD an hour" in str(q["this"].text)
    for rule in ("percent_complete", "on_completion"):
        free = found(terms(rule, value=0.0))
        assert not any(t.actual or t.whole.any() or t.upside for t in free.values())
        assert not any(t.actual for t in found(terms(rule, value=0.0), finished_at=10.0).values())


def test_quarters_share_their_borders_on_the_line_of_working_days() -> None:
    axis = WorkAxis(CALENDAR)
    periods = [
        Period(date(2026, 8, 1), date(2026, 10, 31), "FY27-Q3"),
        Period(date(2026, 11, 1), date(2027, 1, 31), "FY27-Q4"),
    ]
    first, second = make_spans(periods, SimpleNamespace(axis=axis))  # type: ignore[arg-type]
    assert (first.name, first.before, first.last) == (
        "FY27-Q3", axis.position(date(2026, 7, 31)), axis.position(date(2026, 10, 31)),
    )  # fmt: skip
    assert (second.name, second.before, second.last) == ("FY27-Q4", first.last, axis.position(date(2027, 1, 31)))
    assert first.before < axis.position(date(2026, 8, 3)) < first.last < second.last


# -- percent complete


def test_percent_complete_earns_the_share_of_the_hours_at_completion() -> None:
    """20 of 100 hours until day 0, 50 until today; 50 or 150 more: half of them until day 60."""
    q = found(terms("percent_complete", value=10_000.0), ahead=ahead(50.0, 150.0))
    assert figures(q["past"]) == (2000, [2000], 0)
    assert figures(q["this"]) == (3000, [5500, 4250], 0)
    assert figures(q["next"]) == (0, [2500, 3750], 0)
    assert (q["this"].room, q["next"].room) == pytest.approx((3125, 0))
    assert str(q["this"].text) == "50 of 130 hours at completion are spent; the contract is worth USD 10,000"


def test_half_an_hour_of_work_is_earned_by_its_halves() -> None:
    unbegun = SimpleNamespace(hours_until=lambda at: 0.0)
    q = found(terms("percent_complete", value=10_000.0), history=unbegun, ahead=ahead(0.5))
    assert (figures(q["this"]), figures(q["next"])) == ((0, [5000], 0), (0, [5000], 0))


def test_percent_complete_of_finished_work_is_certain() -> None:
    q = found(terms("percent_complete", value=10_000.0), ahead=None, eac=None)
    assert figures(q["this"]) == (3000, [3000], 0)
    assert str(q["this"].text) == "50 of 50 hours at completion are spent; the contract is worth USD 10,000"


def test_percent_complete_is_never_more_than_all_and_nothing_without_an_estimate() -> None:
    for eac, earned in ((40.0, 5000.0), (None, 0.0), (0.0, 0.0)):
        q = found(terms("percent_complete", value=10_000.0), eac_at=lambda at, eac=eac: eac, ahead=None)
        assert q["past"].actual + q["this"].actual == (10_000 if earned else 0)
        assert q["past"].actual == earned


def test_a_contract_worth_nothing_is_told_as_that() -> None:
    q = found(terms("percent_complete", value=0.0))
    assert str(q["this"].text).endswith("the contract is worth USD 0")


def test_what_was_done_before_anybody_estimated_it_is_earned_when_somebody_does() -> None:
    q = found(terms("percent_complete", value=10_000.0), eac_at=lambda at: None if at <= 0 else 100.0)
    assert (q["past"].actual, q["this"].actual) == (0, 5000)


@pytest.mark.parametrize("hours", [-0.5, -20.0])
def test_hours_taken_back_beyond_those_logged_leave_percent_complete_at_nothing(hours: float) -> None:
    back = SimpleNamespace(hours_until=lambda at: hours)
    q = found(terms("percent_complete", value=10_000.0), history=back, ahead=ahead(50.0))
    assert [figures(q[name])[:2] for name in ("past", "this", "next")] == [(0, [0]), (0, [5000]), (0, [5000])]


def test_a_change_order_counts_for_percent_complete_from_its_approval() -> None:
    q = found(terms("percent_complete", value=12_000.0, added=((20.0, 2000.0, 10.0),)), ahead=None)
    assert (q["past"].actual, q["this"].actual) == (2000, 4000)


def test_percent_complete_of_a_quarter_that_ends_today() -> None:
    made = outlook(terms("percent_complete", value=10_000.0), ahead=ahead(50.0, 150.0))
    q = quarter_trials(made, (Span("until today", 0, NOW), Span("from today", NOW, 60)))
    assert (figures(q["until today"]), q["until today"].room) == ((3000, [3000], 0), 0)
    # 75 of 100 h and 125 of 200 h, less the 5,000 that stand in the books: an estimate catches up from tomorrow on, too.
    assert figures(q["from today"]) == (0, [2500, 1250], 0)


# -- on acceptance


def amount(money: float, *days: float, title: str = "Build") -> Amount:
    return Amount(title, money, None, np.array(days))


def test_accepted_milestones_are_earned_in_their_quarter_ends_included() -> None:
    q = found(
        terms("on_acceptance"),
        amounts=(Amount("A", 500, 0.0, None), Amount("", 3000, 10.0, None), Amount("C", 70, 60.0, None)),
    )
    assert [figures(q[s.name]) for s in SPANS] == [(500, [500], 0), (3070, [3070], 0), (0, [0], 0)]
    assert [str(q[s.name].text) for s in SPANS] == [
        "Acceptance: A accepted",
        "Acceptance: everything accepted, C accepted",
        "",
    ]


def test_milestones_to_come_are_split_by_chance() -> None:
    """Accepted on days 55, 60, 65 or 1050: half a chance this quarter, a quarter the next."""
    q = found(terms("on_acceptance"), amounts=(Amount("A", 500, 10.0, None), amount(4000, 5, 10, 15, 1000)))
    assert figures(q["this"]) == (500, [4500, 4500, 500, 500], 2000)
    assert figures(q["next"]) == (0, [0, 0, 4000, 0], 3000)
    assert figures(q["past"]) == (0, [0], 0)
    assert str(q["this"].text) == "Acceptance: A accepted, Build with a chance of 50%"
    assert (
        str(found(terms("on_acceptance"), amounts=(amount(1, 5, title=""),))["this"].text)
        == "Acceptance: everything with a chance of 100%"
    )


@pytest.mark.parametrize(("trials", "upside"), [(20, 3800.0), (40, 0.0), (1, 0.0)])
def test_what_is_certain_or_all_but_impossible_is_no_upside(trials: int, upside: float) -> None:
    for recognition, changes in (
        ("on_acceptance", {"amounts": (amount(4000, 5, *[900.0] * (trials - 1)),)}),
        ("on_completion", {"ahead": ahead(1.0, days=(5.0, *[900.0] * (trials - 1)))}),
    ):
        q = found(terms(recognition, value=4000.0), **changes)["this"]
        assert q.upside == pytest.approx(upside)
        assert bool(q.text) is (trials != 40)


def test_nothing_is_accepted_any_more_in_a_quarter_that_ends_today() -> None:
    made = outlook(terms("on_acceptance"), amounts=(Amount("A", 500, 10.0, None), amount(4000, 5, 10)))
    assert figures(quarter_trials(made, (Span("until today", 0, NOW),))["until today"]) == (500, [500], 0)


def test_a_milestone_that_nothing_is_known_of_earns_nothing() -> None:
    q = found(terms("on_acceptance"), amounts=(Amount("A", 500, None, None),))
    assert [figures(q[s.name]) for s in SPANS] == [(0, [0], 0)] * 3


# -- on completion


@pytest.mark.parametrize(("at", "quarter"), [(0.0, "past"), (10.0, "this"), (60.0, "this"), (61.0, "next")])
def test_a_finished_engagement_earns_its_value_in_the_quarter_of_its_end(at: float, quarter: str) -> None:
    q = found(terms("on_completion"), finished_at=at)
    assert {name: (t.actual, float(t.whole[0]), str(t.text)) for name, t in q.items() if t.actual or t.text} == {
        quarter: (20_200, 20_200, "Completed")
    }


def test_completion_to_come_is_split_by_chance() -> None:
    """Work begins in two days: done on days 57, 60, 62 or 952."""
    q = found(terms("on_completion"), ahead=ahead(1.0, days=(5.0, 8.0, 10.0, 900.0), delay=2.0))
    assert figures(q["past"]) == (0, [0], 0)
    assert figures(q["this"]) == (0, [20_200, 20_200, 0, 0], 10_100)
    assert figures(q["next"]) == (0, [0, 0, 20_200, 0], 15_150)
    assert str(q["next"].text) == "Completion with a chance of 25%"
    sure = found(terms("on_completion"), ahead=ahead(1.0, days=(5.0,)))["this"]
    assert str(sure.text) == "Completion with a chance of 100%"
    assert [figures(t) for t in found(terms("on_completion"), ahead=None).values()] == [(0, [0], 0)] * 3


# -- upside, sums, and what is not known


def test_upside_names_its_parts_and_soft_bookings_earn_no_more_than_there_is_room_for() -> None:
    """5,200 of room this quarter: no more, change orders of 1,500 apart."""
    base = terms(upside_value=1500.0)
    q = found(base, upside_in=frozenset({"this"}), soft_money={"this": 3000.0, "next": 9000.0})
    assert (q["this"].upside, q["next"].upside, q["past"].upside) == (4500, 1400, 0)
    assert str(q["this"].more) == "Could add: change orders not decided yet USD 1,500, soft bookings USD 3,000"
    assert str(q["next"].more) == "Could add: soft bookings USD 1,400"
    assert not q["past"].more
    assert found(base, upside_in=frozenset({"this"}), soft_money={"this": 9000.0})["this"].upside == 1500 + 5200
    little = found(replace(base, upside_value=0.9), upside_in=frozenset({"this"}), soft_money={"this": 1.0})["this"]
    assert str(little.more) == "Could add: soft bookings USD 1"
    chance = found(terms("on_acceptance"), amounts=(amount(4000, 5, 900),))["this"]
    assert str(chance.more) == "Could add: acceptance or completion in time USD 2,000"


@pytest.mark.parametrize(
    ("recognition", "changes", "known"),
    [
        ("as_delivered", {}, True),
        ("as_delivered", {"value": None}, True),
        ("as_delivered", {"rate": None}, False),
        ("on_completion", {"rate": None}, True),
        ("on_completion", {"value": None}, False),
        ("on_completion", {"currency": "JPY"}, False),
        (None, {}, False),
    ],
)
def test_what_a_rule_needs_to_know(recognition: Any, changes: dict[str, Any], known: bool) -> None:
    made = terms(recognition, **changes)
    assert (made.known, bool(found(made))) == (known, known)


# -- months

MONTHS = Span("one", 60, 80), Span("two", 80, 100), Span("three", 100, 120)


@pytest.mark.parametrize("rule", ["on_acceptance", "on_completion"])
@pytest.mark.parametrize("value", [1000.0, 1.0])
def test_what_an_event_could_add_to_a_quarter_is_shared_by_its_months(rule: str, value: float) -> None:
    """Of five trials two land in the first month, one in the second, one in the third, one later: 80 % in the quarter."""
    days = (15.0, 20.0, 40.0, 60.0, 90.0)
    made = outlook(
        terms(rule, value=value), amounts=(amount(value, *days),), ahead=ahead(*[40.0] * len(days), days=days)
    )
    quarter = quarter_trials(made, SPANS)["next"]
    assert quarter.upside == pytest.approx(value / 5)
    shares = [m.upside / value for m in month_trials(made, MONTHS, SPANS).values()]
    assert shares == pytest.approx([0.1, 0.05, 0.05])


def test_soft_bookings_of_the_months_come_to_those_of_the_quarter() -> None:
    soft = {"next": 4000.0, "one": 1000.0, "two": 3000.0}
    made = outlook(terms(), soft_money=soft)
    assert quarter_trials(made, SPANS)["next"].upside == pytest.approx(1400)
    assert [m.upside for m in month_trials(made, MONTHS, SPANS).values()] == pytest.approx([350, 1050, 0])


def test_a_month_outside_all_quarters_keeps_its_own_upside() -> None:
    made = outlook(terms("on_acceptance"), amounts=(amount(1000, 75.0, 200.0),))
    assert month_trials(made, (Span("far", 120, 140),), SPANS)["far"].upside == 500
