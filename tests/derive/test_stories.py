"""Stories: at most three, no high risk left out, owner and date always, a way out that the forecast has tried."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.derive.checks.registry import RULES
from bot.derive.decisions.stories import MOST, derive_stories
from bot.derive.pipeline import derive_portfolio
from bot.derive.results import (
    SEVERITIES,
    Acceptance,
    Budget,
    ChangeOrder,
    EngagementDerived,
    Escalation,
    Forecast,
    Quantiles,
    Risk,
    Scope,
    Story,
)
from bot.domain.model import Engagement
from bot.domain.vocabulary import AcceptanceState, ChangeOrderState, RiskSource, Severity
from tests.builders import (
    CALENDAR,
    DAY,
    REF,
    make_engagement,
    make_item,
    make_log,
    make_portfolio,
    make_settings,
    make_subject,
)


def no_forecast(engagement: Engagement) -> EngagementDerived | None:
    return None


def stories(*risks: Risk, **derived: object) -> tuple[Story, ...]:
    return derive_stories(make_subject(derived={"risks": risks, **derived}, facts={"pm": "dana"}), no_forecast)


risks = st.builds(
    Risk,
    rule=st.sampled_from([rule.id for rule in RULES] + ["raid-risk"]),
    source=st.sampled_from(["derived", "register"]),
    severity=st.sampled_from(SEVERITIES),
    message=st.text(min_size=1, max_size=20),
    evidence=st.lists(st.sampled_from(["g/p#1", "g/p#2", "g/p#3", "g/p#4", "g/p#5"]), min_size=1, max_size=2).map(
        tuple
    ),
)


@given(st.lists(risks, max_size=30))
def test_every_high_risk_is_in_one_of_at_most_three_stories_worst_first(found: list[Risk]) -> None:
    told = stories(*found)
    assert len(told) <= MOST
    rules = {rule for story in told for rule in story.risks}
    assert {r.rule for r in found if r.severity in ("high", "critical")} <= rules
    assert all(story.owner and story.due and story.headline and story.cause for story in told)
    assert len({story.id for story in told}) == len(told)
    assert told[0].severity == max((r.severity for r in found), key=SEVERITIES.index) if told else True


@pytest.mark.parametrize(("expected", "told"), [(105, False), (106, True)])
def test_hours_that_colour_nothing_are_no_story(expected: float, told: bool) -> None:
    """Budget is yellow below .95 of the hours at completion: 100 ÷ 105 is not, 100 ÷ 106 is."""
    late = Risk("forecast-after-end", RiskSource.DERIVED, Severity.HIGH, "late")
    forecast = Forecast(Quantiles(p50=date(2027, 1, 8)), 0.1, Quantiles(p50=expected, p80=140))
    (story,) = stories(late, **LATE | {"forecast": forecast})
    assert ("over the budget" in str(story.headline)) is told
    assert "15 working days after the agreed end" in str(story.headline)


def test_low_risks_alone_make_no_story() -> None:
    assert stories(Risk("no-estimates", RiskSource.DERIVED, Severity.LOW, "x")) == ()


LATE = {
    "end": date(2026, 12, 18),
    "budget": Budget(100, 60),
    "forecast": Forecast(Quantiles(p50=date(2027, 1, 8)), 0.1, Quantiles(p50=125, p80=140)),
}


def test_late_and_over_is_one_story_with_days_hours_and_money() -> None:
    late, over = (
        Risk("forecast-after-end", RiskSource.DERIVED, Severity.HIGH, "late"),
        Risk("burn-ahead", RiskSource.DERIVED, Severity.MEDIUM, "burn"),
    )
    (story,) = stories(late, over, **LATE)
    assert str(story.headline) == (
        "It will probably end 15 working days after the agreed end 2026-12-18, and 25 hours over the budget of 100 hours."
    )
    assert (story.consequence.days, story.consequence.hours) == (15, 25)
    assert story.consequence.money == 25 * 200
    assert (story.owner, story.risks) == ("dana", ("forecast-after-end", "burn-ahead"))
    assert str(story.cause) == "burn."


@pytest.mark.parametrize(
    ("likely", "cause"),
    [
        (date(2027, 1, 8), "The work takes longer than planned; with 80 % certainty it is done by 2027-02-01."),
        (date(2026, 12, 1), "The plan has little reserve; with 80 % certainty the work is done by 2027-02-01."),
    ],
)
def test_the_cause_does_not_say_the_headline_s_dates_again(likely: date, cause: str) -> None:
    dates = [
        Risk(rule, RiskSource.DERIVED, Severity.HIGH, rule) for rule in ("forecast-after-end", "milestone-at-risk")
    ]
    forecast = Forecast(Quantiles(p50=likely, p80=date(2027, 2, 1)), 0.4, Quantiles(p50=80, p80=90))
    (story,) = stories(*dates, **LATE | {"forecast": forecast})
    assert str(story.cause) == cause


def test_a_change_order_that_nobody_signed_is_the_cause_of_being_late() -> None:
    order = ChangeOrder("g/p#9", "SSO", ChangeOrderState.PROPOSED, 40, 10_000)
    found = stories(
        Risk("forecast-after-end", RiskSource.DERIVED, Severity.HIGH, "late"),
        Risk("change-order-ageing", RiskSource.DERIVED, Severity.MEDIUM, "old"),
        scope=Scope(change_orders=(order,), added=3),
        **LATE,
    )
    assert [story.id for story in found] == ["scope"]
    assert str(found[0].cause) == "3 items came after the scope was agreed, and 1 change order is not signed."
    assert found[0].consequence.money == 10_000


def test_a_rated_risk_and_an_escalation_keep_their_owner_and_a_manager_s_action_is_the_pm_s() -> None:
    rated = Risk("raid-risk", RiskSource.REGISTER, Severity.HIGH, "Storage", ("g/p#1",), "Load test", 16, "kim")
    held = Risk("milestone-overdue", RiskSource.DERIVED, Severity.HIGH, "overdue", ("g/p#2",))
    told = {story.id: story for story in stories(rated, held)}
    assert told["register:g/p#1"].owner == "kim"
    assert str(told["register:g/p#1"].cause) == "Rated 16 of 25."
    assert (str(told["register:g/p#1"].headline), str(told["register:g/p#1"].action)) == ("Storage.", "Load test.")
    assert told["delivery"].owner == "dana"


@pytest.mark.parametrize("title", ["Is it enough?", "Not yet.", "More…", "Why!"])
def test_what_a_person_ended_gets_no_second_full_stop(title: str) -> None:
    (story,) = stories(Risk("raid-risk", RiskSource.REGISTER, Severity.HIGH, title, ("g/p#1",), title, 16, "kim"))
    assert (str(story.headline), str(story.action)) == (title, title)


def test_an_update_that_is_overdue_is_due_today() -> None:
    late = Escalation("g/p#1", severity=Severity.HIGH, update_due=date(2026, 11, 12), overdue=True)
    (story,) = stories(
        Risk("escalation-open", RiskSource.DERIVED, Severity.HIGH, "open", ("g/p#1",)), escalations=(late,)
    )
    assert story.due == make_subject().day


def test_money_that_waits_for_acceptance_is_told_with_its_milestones() -> None:
    ready = Acceptance("Build", 55_000, AcceptanceState.READY, last_safe_sending=date(2026, 12, 1))
    (story,) = stories(Risk("done-unaccepted", RiskSource.DERIVED, Severity.MEDIUM, "x"), acceptance=(ready,))
    assert str(story.headline) == 'USD 55,000 wait for acceptance: "Build".'
    assert (story.consequence.money, story.due) == (55_000, date(2026, 12, 1))


def test_a_way_out_is_tried_on_the_forecast() -> None:
    """A change order that brings hours, money and a later end, for work that takes twice what was sold."""
    done = [make_item(n, estimate_hours=20, closed_at="2026-11-06", state="closed") for n in range(1, 5)]
    to_do = [make_item(n, estimate_hours=20) for n in range(5, 10)]
    paper = make_item(
        20,
        title="More hours",
        labels=["change-order::proposed"],
        facts={"hours": 100, "value": 20_000, "end": "2027-06-30"},
    )
    logs = [make_log(item, 30, "2026-11-05") for item in done]
    facts = {"hours": 100, "value": 20_000, "start": "2026-10-01", "end": "2026-12-18", "pm": "dana"}
    engagement = make_engagement(items=[*done, *to_do, paper], timelogs=logs, facts=facts)
    derived = derive_portfolio(make_portfolio(engagement), DAY, make_settings(), CALENDAR, trials=100)
    (found,) = derived.engagements
    story = next(story for story in found.stories if story.id == "scope")
    assert str(story.action) == 'Get the change order "More hours" signed.'
    assert story.gain is not None
    assert story.gain.money == 20_000
    assert (story.gain.hours or 0) > 0
    assert (story.gain.on_time_probability or 0) > (found.forecast.on_time_probability or 0)
    assert found.ref == REF
