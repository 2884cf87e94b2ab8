"""The whole derivation: order, isolation, what is left out, the same for any order of the input."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.derive import derive_portfolio, pipeline, replay
from bot.derive.catalog import vocabulary
from bot.derive.output import to_json
from bot.derive.results import Derived, Risk
from bot.derive.schedule.earned_schedule import derive_schedule
from bot.domain.model import Engagement, PastReport, Portfolio
from bot.domain.vocabulary import Audience, RiskSource, Severity
from tests.builders import (
    CALENDAR,
    DAY,
    PROJECT,
    make_booking,
    make_engagement,
    make_item,
    make_log,
    make_milestone,
    make_portfolio,
    make_settings,
)


def derive(*engagements: Engagement, **values: Any) -> Derived:
    portfolio = values.pop("portfolio", None) or make_portfolio(*engagements)
    options = {"forecast": False, **values}
    settings = options.pop("settings", None) or make_settings()
    return derive_portfolio(portfolio, options.pop("day", DAY), settings, CALENDAR, **options)


def busy(ref: str = "acme/customers/globex&7", **values: Any) -> Engagement:
    items = [
        make_item(n, estimate_hours=5 + n, closed="2026-09-15" if n < 6 else None, due_date="2026-10-15")
        for n in range(1, 13)
    ]
    defaults: dict[str, Any] = {
        "items": [
            *items,
            make_item(20, labels=["PS Risk"], milestone="Design"),
            make_item(21, created_at="2026-10-01"),
        ],
        "milestones": [make_milestone(due_date="2026-10-30"), make_milestone("Build", due_date="2026-12-11")],
        "timelogs": [make_log(items[n], 6, f"2026-10-{n + 5:02d}") for n in range(10)],
        "bookings": [make_booking("2026-W48", 20)],
        "facts": {"milestones": [{"milestone": "Build", "amount": 9000.0}], "region": "EMEA"},
    }
    return make_engagement(ref=ref, **(defaults | values))


def test_stages_build_on_one_another() -> None:
    (found,) = derive(busy()).engagements
    assert found.errors == ()
    assert found.phase == "active"
    assert found.progress.percent is not None
    assert found.budget.cpi is not None
    assert found.scope.growth is not None
    assert found.schedule.spi is not None
    assert found.acceptance[0].state == "open"
    assert found.risks
    assert found.compliance.score is not None
    assert found.status.overall == "red"


def test_a_forecast_completes_milestones_and_revenue() -> None:
    derived = derive(busy(), forecast=True, trials=200)
    (found,) = derived.engagements
    assert (found.errors, derived.failures) == ((), ())
    assert found.forecast.basis != "none"
    assert found.schedule.milestones[1].forecast is not None
    assert derived.portfolio.revenue


def test_the_same_seed_gives_the_same_and_the_order_of_the_input_does_not_matter() -> None:
    first = busy()
    second = busy("acme/customers/initech&2", facts={"region": "AMER", "hours": 60})
    turned = [
        replace(e, items=e.items[::-1], timelogs=e.timelogs[::-1], milestones=e.milestones[::-1])
        for e in (second, first)
    ]
    options: dict[str, Any] = {"forecast": True, "trials": 100, "seed": 7}
    assert to_json(derive(first, second, **options)) == to_json(derive(*turned, **options))


def test_one_engagement_alone_says_the_same_as_among_others() -> None:
    first, second = busy(), busy("acme/customers/initech&2")
    (alone,) = derive(first, second, only=first.ref).engagements
    (among,) = [e for e in derive(first, second).engagements if e.ref == first.ref]
    assert alone == among


def test_a_stage_that_fails_is_named_and_harms_neither_the_others_nor_another_engagement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(subject: Any) -> Any:
        if subject.engagement.ref.endswith("&7") and subject.day == DAY:
            raise ArithmeticError("odd data")
        return derive_schedule(subject)

    monkeypatch.setattr(replay, "derive_schedule", fails)
    found = {e.ref: e for e in derive(busy(), busy("acme/customers/initech&2")).engagements}
    broken, whole = found["acme/customers/globex&7"], found["acme/customers/initech&2"]
    assert tuple(map(str, broken.errors)) == ("schedule could not be derived: ArithmeticError: odd data",)
    assert broken.budget == whole.budget
    assert broken.status.overall != "green"
    assert whole.errors == ()


def test_a_forecast_that_can_t_be_learnt_is_told_and_every_status_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    import bot.derive.forecast as forecast

    def fails(*_: Any, **__: Any) -> Any:
        raise ValueError("no data")

    monkeypatch.setattr(forecast, "learn_by_day", fails)
    derived = derive(busy(), forecast=True)
    assert tuple(map(str, derived.failures)) == ("no forecast: ValueError: no data",)
    assert derived.engagements[0].status.overall == "red"


def test_a_revenue_roll_up_that_fails_is_told_and_every_forecast_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    import bot.derive.forecast as forecast

    def fails(*_: Any, **__: Any) -> Any:
        raise ValueError("odd samples")

    monkeypatch.setattr(forecast, "portfolio_revenue", fails)
    derived = derive(busy(), forecast=True, trials=50)
    assert tuple(map(str, derived.failures)) == ("no revenue roll-up: ValueError: odd samples",)
    assert derived.portfolio.revenue == {}
    assert derived.engagements[0].forecast.basis != "none"


def test_what_could_not_be_read_is_carried_along() -> None:
    derived = derive(portfolio=make_portfolio(busy(errors=("2 items: 403",)), failures=("acme/x: 404",)))
    assert derived.failures == ("acme/x: 404",)
    assert derived.engagements[0].errors == ("2 items: 403",)


def test_engagements_closed_long_ago_are_left_out() -> None:
    edge, older = DAY - timedelta(days=120), DAY - timedelta(days=121)
    derived = derive(busy("g&1", closed=edge), busy("g&2", closed=older), busy("g&3"))
    assert {e.ref for e in derived.engagements} == {"g&1", "g&3"}
    assert derived.portfolio.engagements == 2


def test_what_engagements_closed_long_ago_earned_stays_in_the_quarters_that_are_shown() -> None:
    """Closed in June 2026 with 40 h at 200: a report of November leaves it out, its 8,000 stay in that quarter."""
    work = make_item(1, estimate_hours=40, closed="2026-06-20", created_at="2026-05-04")
    old = make_engagement(
        ref="g&2",
        closed="2026-06-22",
        items=[work],
        timelogs=[make_log(work, 40, "2026-06-15")],
        facts={"start": "2026-05-04", "end": "2026-06-26", "pm": "ann"},
    )
    running = busy("g&1", facts={"start": "2026-05-04"})
    alone, both = (derive(*found, forecast=True, trials=50) for found in ([running], [running, old]))
    assert [e.ref for e in both.engagements] == ["g&1"]
    assert both.portfolio.revenue["FY27-Q2"].actual == alone.portfolio.revenue["FY27-Q2"].actual + 8000
    assert both.portfolio.revenue_by["pm"]["ann"]["FY27-Q2"].actual == 8000


def test_as_of_a_day_before_its_close_an_engagement_is_active() -> None:
    (found,) = derive(busy(closed=DAY), day=DAY - timedelta(days=1)).engagements
    assert found.phase == "active"


def test_facts_of_the_future_change_nothing() -> None:
    engagement = busy()
    later = DAY + timedelta(days=3)
    log = make_log(f"{PROJECT}#7", 50, later)
    grown = replace(
        engagement,
        items=(*engagement.items, make_item(99, created_at=later)),
        timelogs=(*engagement.timelogs, log),
    )
    assert to_json(derive(grown)) == to_json(derive(engagement))


def test_critical_risks_make_the_overall_status_red(monkeypatch: pytest.MonkeyPatch) -> None:
    calm = make_engagement(items=[make_item(n, due_date="2026-12-15") for n in range(1, 4)])
    (before,) = derive(calm).engagements
    monkeypatch.setattr(
        pipeline, "register_risks", lambda s: (Risk("register", RiskSource.REGISTER, Severity.CRITICAL, "!", ("g#1",)),)
    )
    (after,) = derive(calm).engagements
    assert before.status.overall != "red"
    assert after.status.overall == "red"
    assert after.risks[0].severity == "critical"


def test_earlier_reports_tell_what_was_removed() -> None:
    payload = {"scope": {"baseline_day": "2026-08-03", "baseline_items": 15, "counts": "leaves"}}
    past = [PastReport("status", Audience.INTERNAL, "2026-W40", busy().ref, payload)]
    (found,) = derive(busy(), past=past).engagements
    assert found.scope.removed == 15 - found.scope.baseline_items


def test_bare_settings_get_the_declared_thresholds() -> None:
    bare = make_settings().model_copy(update={"thresholds": {"spi_red": 0.5}})
    filled = pipeline.with_default_thresholds(bare)
    assert filled.thresholds["spi_red"] == 0.5
    assert filled.thresholds.keys() == vocabulary().thresholds.keys()
    (found,) = derive(busy(), settings=bare).engagements
    assert found.errors == ()


def test_an_empty_portfolio_gives_a_calm_answer() -> None:
    derived = derive_portfolio(Portfolio(), DAY, make_settings(), CALENDAR)
    assert (derived.engagements, derived.portfolio.engagements, derived.failures) == ((), 0, ())


def test_an_engagement_without_anything_gives_a_calm_answer() -> None:
    derived = derive(Engagement("g&1"), forecast=True, trials=50)
    assert derived.engagements[0].errors == ()
    assert derived.engagements[0].status.overall in ("unknown", "yellow", "red")


def test_members_of_a_namespace_are_those_of_the_declared_paths_above_it() -> None:
    portfolio = make_portfolio(busy(), members={"acme/customers": ("ann",), "acme/other": ("zoe",)})
    (subject,) = pipeline.make_subjects(portfolio, DAY, make_settings(), CALENDAR)
    assert subject.members == frozenset({"ann"})
    (unread,) = pipeline.make_subjects(make_portfolio(busy()), DAY, make_settings(), CALENDAR)
    assert unread.members is None


def test_every_threshold_is_declared_with_its_unit_and_meaning() -> None:
    words = vocabulary()
    assert len(set(words.rules)) == len(words.rules) > 20
    assert all(t.unit and t.meaning for t in words.thresholds.values())
