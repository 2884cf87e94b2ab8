"""The colours: thresholds, reasons with evidence, unknown is not green, damping, what people declared."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.derive.decisions.axes import budget_axis, schedule_axis, scope_axis
from bot.derive.decisions.colours import is_partial, overall_colour
from bot.derive.decisions.status import Signals, declared_health, derive_axes
from bot.derive.results import (
    Budget,
    Completion,
    Escalation,
    Forecast,
    MilestoneStatus,
    Progress,
    Quantiles,
    Rag,
    Risk,
    Schedule,
    Scope,
)
from bot.domain.vocabulary import Colour, RiskSource, Severity
from tests.builders import DAY, REF, make_item, make_settings, make_subject


def axes_of(axis: Any, **values: Any) -> Rag:
    axis_of_day = axis(make_subject(**values))
    found = Rag(axis_of_day.signal.colour, axis_of_day.reasons)
    assert all(reason.evidence for reason in found.reasons), "a colour without evidence is a bug"
    assert found.reasons
    return found


def nothing_before(day: date) -> Signals:
    return {}


def texts(rag: Rag) -> str:
    return " ".join(str(reason.text) for reason in rag.reasons)


# -- schedule


def schedule(spi: float | None = None, done: float = 50, planned: float = 50, **more: Any) -> dict[str, Any]:
    return {
        "progress": Progress(percent=done / 100, done=done, total=100),
        "schedule": Schedule(planned_value=planned, earned_value=done, spi=spi, **more),
    }


@pytest.mark.parametrize(
    ("spi", "colour"), [(1.0, "green"), (0.95, "green"), (0.9499, "yellow"), (0.85, "yellow"), (0.84, "red")]
)
def test_the_schedule_follows_spi(spi: float, colour: str) -> None:
    assert axes_of(schedule_axis, derived=schedule(spi)).rag == colour


def test_spi_decides_nothing_before_a_tenth_of_the_value() -> None:
    assert axes_of(schedule_axis, derived=schedule(0.5, done=4, planned=9)).rag == "unknown"
    assert axes_of(schedule_axis, derived=schedule(0.5, done=5, planned=10)).rag == "red"


def test_an_index_decides_nothing_before_a_tenth_of_the_duration() -> None:
    early = {"start": "2026-11-16", "end": "2027-04-30"}
    assert axes_of(schedule_axis, facts=early, derived=schedule(0.5)).rag == "unknown"
    assert axes_of(budget_axis, facts=early, derived=budget(0.4, 0.4, 0.5)).rag == "green"


def test_an_index_is_silent_where_a_forecast_speaks() -> None:
    chance = {"forecast": Forecast(on_time_probability=0.9)}
    assert axes_of(schedule_axis, derived=schedule(0.5) | chance).rag == "green"


def test_the_evidence_of_a_low_spi_is_the_work_behind_plan() -> None:
    due_today, late, soon = make_item(1), make_item(2), make_item(3)
    planned = {due_today.ref: DAY, late.ref: date(2026, 11, 2), soon.ref: DAY + timedelta(days=1)}
    behind = Schedule(planned_value=70, earned_value=50, spi=0.7, planned=planned)
    found = axes_of(schedule_axis, items=[due_today, late, soon], derived=schedule() | {"schedule": behind})
    assert found.reasons[0].evidence == (late.ref, due_today.ref)


def milestone(**values: Any) -> dict[str, Any]:
    return {"schedule": Schedule(milestones=(MilestoneStatus("Design", 'g/p%"Design"', **values),))}


@pytest.mark.parametrize(("slip", "colour"), [(-3, "green"), (0, "green"), (4, "green"), (5, "yellow"), (30, "yellow")])
def test_the_schedule_follows_the_slip_of_open_milestones(slip: int, colour: str) -> None:
    found = axes_of(schedule_axis, derived=milestone(slip_days=slip, baseline=date(2026, 11, 30)))
    assert found.rag == colour
    assert found.reasons[0].evidence == ('g/p%"Design"',)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"slip_days": 0, "forecast": date(2026, 11, 30)}, 'Milestone "Design" is expected 2026-11-30, as planned'),
        (
            {"slip_days": 1, "forecast": date(2026, 12, 1)},
            "is expected 2026-12-01, 1 working day late (baseline 2026-11-30)",
        ),
        ({"slip_days": -2, "forecast": date(2026, 11, 26)}, "is expected 2026-11-26, 2 working days early"),
        ({"slip_days": 3, "state": "done", "closed": date(2026, 12, 3)}, "was done 2026-12-03, 3 working days late"),
    ],
)
def test_a_reason_tells_what_a_milestone_did(values: dict[str, Any], text: str) -> None:
    assert text in texts(axes_of(schedule_axis, derived=milestone(baseline=date(2026, 11, 30), **values)))


def test_after_the_end_a_reason_tells_dates_and_no_chance() -> None:
    late = {"forecast": Forecast(finish=Quantiles(p50=date(2027, 1, 8), p80=date(2027, 2, 1)), on_time_probability=0.0)}
    told = texts(axes_of(schedule_axis, derived=late, facts={"end": date(2026, 11, 2)}))
    assert "Likely to finish on 2027-01-08, and by 2027-02-01 with 80 % certainty." in told
    assert "chance" not in told


def test_a_reason_tells_the_figures() -> None:
    chance = {
        "forecast": Forecast(finish=Quantiles(p50=date(2026, 12, 1), p80=date(2026, 12, 9)), on_time_probability=0.9)
    }
    assert texts(axes_of(schedule_axis, derived=chance)) == (
        "90 % chance to finish by 2026-12-18 (P50 2026-12-01, P80 2026-12-09)."
    )
    assert texts(axes_of(schedule_axis, derived=schedule(0.9, done=45, planned=50))) == (
        "SPI 0.90: 45 % done, 50 % planned by now."
    )
    over = budget(0.5, 0.4) | {"forecast": Forecast(effort_hours=Quantiles(p50=125.4, p80=140))}
    assert texts(axes_of(budget_axis, derived=over)) == (
        "125 hours expected at completion (80 % sure: 140 hours) of 100 hours."
    )
    assert texts(axes_of(budget_axis, derived=budget(0.85, 0.5))) == "85 hours of 100 hours spent (85 %), 50 % done."
    grown = Scope(growth=0.3, added=4, baseline_day=date(2026, 8, 3))
    assert (
        texts(axes_of(scope_axis, derived={"scope": grown})) == "Scope grew by 30 % since 2026-08-03 (4 items added)."
    )
    covered = Scope(growth=0.1, added=1, baseline_day=date(2026, 8, 3), approved_hours=5)
    assert "since 2026-08-03 beyond approved change orders (1 item added)" in texts(
        axes_of(scope_axis, derived={"scope": covered})
    )


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        (Scope(growth=0.0, baseline_day=date(2026, 8, 3)), "No work was added since 2026-08-03."),
        (
            Scope(growth=0.0, added=2, baseline_day=date(2026, 8, 3)),
            "Approved change orders cover the work added since 2026-08-03 (2 items added).",
        ),
        (Scope(baseline_day=date(2026, 12, 1)), "The baseline 2026-12-01 is yet to come."),
        (Scope(baseline_day=date(2026, 8, 3)), "No work is as old as the baseline 2026-08-03."),
        (Scope(), "No baseline of the work is known (facts: `baseline` or `start`)."),
    ],
)
def test_a_reason_tells_why_the_scope_is_calm_or_unknown(scope: Scope, text: str) -> None:
    assert texts(axes_of(scope_axis, derived={"scope": scope})) == text


@pytest.mark.parametrize(
    ("burn", "colour"), [(0.8, "green"), (1.05, "green"), (1.06, "yellow"), (1.1, "red"), (0.0, "unknown")]
)
def test_a_complete_engagement_s_budget_is_judged_by_what_it_spent_in_the_end(burn: float, colour: str) -> None:
    found = axes_of(budget_axis, derived=budget(burn, 0.7, 0.5) | {"phase": "complete"})
    assert found.rag == colour


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-12-18", "Finished 2026-12-18, on the agreed end 2026-12-18."),
        ("2026-12-21", "Finished 2026-12-21, 1 working day after the agreed end 2026-12-18."),
        ("2026-12-16", "Finished 2026-12-16, 2 working days before the agreed end 2026-12-18."),
    ],
)
def test_a_reason_tells_how_a_complete_engagement_finished(day: str, text: str) -> None:
    completion = Completion(completed_on=date.fromisoformat(day))
    assert texts(axes_of(schedule_axis, derived={"phase": "complete", "completion": completion})) == text


def test_a_due_date_that_was_moved_is_a_slip_though_no_forecast_is_there() -> None:
    moved = milestone(baseline=date(2026, 11, 23), due=date(2026, 12, 1))
    assert axes_of(schedule_axis, derived=moved).rag == "yellow"


def test_a_late_milestone_is_yellow_and_red_after_ten_days() -> None:
    assert axes_of(schedule_axis, derived=milestone(state="late", due=date(2026, 11, 19))).rag == "yellow"
    found = axes_of(schedule_axis, derived=milestone(state="late", due=date(2026, 11, 6), items_open=2))
    assert found.rag == "red"
    assert "10 working days ago" in texts(found)
    assert "2 open items" in texts(found)


def test_a_milestone_at_risk_is_yellow() -> None:
    assert axes_of(schedule_axis, derived=milestone(state="at_risk", slip_days=0)).rag == "yellow"


def test_a_milestone_that_was_done_late_is_no_trouble_any_more() -> None:
    done = milestone(state="done", slip_days=12, closed=date(2026, 9, 1), baseline=date(2026, 8, 14))
    assert axes_of(schedule_axis, derived=done).rag == "green"


@pytest.mark.parametrize(("chance", "colour"), [(0.8, "green"), (0.79, "yellow"), (0.5, "yellow"), (0.49, "red")])
def test_the_schedule_follows_the_chance_to_finish_on_time(chance: float, colour: str) -> None:
    forecast = Forecast(finish=Quantiles(p50=date(2026, 12, 1)), on_time_probability=chance, history_weeks=8)
    assert axes_of(schedule_axis, derived={"forecast": forecast}).rag == colour


def test_the_worst_evidence_counts_and_stands_first() -> None:
    derived = milestone(state="at_risk", slip_days=0) | {"forecast": Forecast(on_time_probability=0.3, history_weeks=8)}
    found = axes_of(schedule_axis, derived=derived)
    assert found.rag == "red"
    assert "chance" in str(found.reasons[0].text)
    assert "Design" in str(found.reasons[1].text)


def test_an_end_that_has_passed_is_certain() -> None:
    signal = schedule_axis(make_subject(items=[make_item(1)], facts={"end": "2026-11-13"})).signal
    assert (signal.colour, signal.certain) == ("red", "red")


def test_a_forecast_is_nobody_s_red_before_a_tenth_of_the_time_or_work() -> None:
    doomed = {"forecast": Forecast(on_time_probability=0.1, history_weeks=8), "progress": Progress(percent=0.05)}
    early = {"start": "2026-11-16", "end": "2027-04-30"}
    assert axes_of(schedule_axis, facts=early, derived=doomed).rag == "yellow"
    assert axes_of(schedule_axis, derived=doomed).rag == "red"
    one_week = {"forecast": Forecast(on_time_probability=0.1, history_weeks=1), "progress": Progress(percent=0.05)}
    assert axes_of(schedule_axis, derived=one_week).rag == "yellow", "one week tells no pace"


def test_a_complete_engagement_is_judged_by_its_finish() -> None:
    def finished(day: str) -> dict[str, Any]:
        completion = Completion(completed_on=date.fromisoformat(day))
        return {"phase": "complete", "completion": completion, **schedule(0.5)}

    assert axes_of(schedule_axis, derived=finished("2026-12-18")).rag == "green"
    assert axes_of(schedule_axis, derived=finished("2026-12-28")).rag == "yellow"
    assert axes_of(schedule_axis, derived=finished("2027-01-11")).rag == "red"


# -- scope


@pytest.mark.parametrize(
    ("growth", "colour"), [(None, "unknown"), (0.0, "green"), (0.0999, "green"), (0.1, "yellow"), (0.25, "red")]
)
def test_the_scope_follows_growth_without_a_change_order(growth: float | None, colour: str) -> None:
    added = make_item(2, created_at="2026-09-01")
    scope = Scope(growth=growth, added=1, baseline_day=date(2026, 8, 3))
    found = axes_of(scope_axis, items=[make_item(1), added], derived={"scope": scope})
    assert found.rag == colour
    assert found.reasons[0].evidence == ((added.ref,) if growth is not None else (REF,))


# -- budget


def budget(burn: float | None, percent: float | None, cpi: float | None = None) -> dict[str, Any]:
    spent = (burn or 0) * 100
    values = Budget(hours_budget=100, hours_spent=spent, burn=burn, cpi=cpi, eac_hours=100 / cpi if cpi else None)
    return {"budget": values, "progress": Progress(percent=percent)}


@pytest.mark.parametrize(
    ("cpi", "colour"), [(1.1, "green"), (0.95, "green"), (0.94, "yellow"), (0.9, "red"), (0.0, "red")]
)
def test_the_budget_follows_cpi(cpi: float, colour: str) -> None:
    assert axes_of(budget_axis, derived=budget(0.4, 0.4, cpi)).rag == colour


@pytest.mark.parametrize(("hours", "colour"), [(100, "green"), (105, "green"), (106, "yellow"), (110, "red")])
def test_the_budget_follows_the_hours_at_completion(hours: float, colour: str) -> None:
    effort = {"forecast": Forecast(effort_hours=Quantiles(p50=hours, p80=hours * 1.1))}
    assert axes_of(budget_axis, derived=budget(0.4, 0.4, 0.5) | effort).rag == colour


def test_cpi_decides_nothing_before_a_tenth_is_done_or_spent() -> None:
    assert axes_of(budget_axis, derived=budget(0.09, 0.05, 0.5)).rag == "green"
    assert axes_of(budget_axis, derived=budget(0.05, 0.1, 0.5)).rag == "red"


def test_an_engagement_that_has_not_begun_may_have_spent_nothing() -> None:
    assert axes_of(budget_axis, derived=budget(0.0, 0.0) | {"phase": "not_started"}).rag == "green"


def test_thresholds_are_the_config_s() -> None:
    strict = make_settings(thresholds={"cpi_yellow": 1.0, "cpi_red": 0.99})
    assert axes_of(budget_axis, derived=budget(0.4, 0.4, 0.98), settings=strict).rag == "red"


# -- overall


@pytest.mark.parametrize(
    ("axes", "overall"),
    [
        (("green", "green", "green"), "green"),
        (("green", "unknown", "green"), "green"),
        (("unknown", "unknown", "unknown"), "unknown"),
        (("unknown", "yellow", "green"), "yellow"),
        (("unknown", "yellow", "red"), "red"),
        ((), "unknown"),
    ],
)
def test_overall_is_told_by_the_axes_that_are_known(axes: tuple[str, ...], overall: str) -> None:
    rags = [Rag(Colour(rag)) for rag in axes]
    assert overall_colour(rags) == overall
    assert is_partial(rags) == ("unknown" in axes)


def test_an_open_critical_escalation_or_rated_risk_makes_it_red() -> None:
    green = [Rag(Colour.GREEN)] * 3
    assert overall_colour(green, [Escalation("g/p#1", severity=Severity.CRITICAL)]) == "red"
    assert overall_colour(green, [Escalation("g/p#1", severity=Severity.HIGH)]) == "green"
    assert overall_colour(green, (), [Risk("x", RiskSource.REGISTER, Severity.CRITICAL, "!")]) == "red"
    assert overall_colour(green, (), [Risk("x", RiskSource.DERIVED, Severity.CRITICAL, "!")]) == "green"


def test_with_no_evidence_at_all_every_axis_is_unknown() -> None:
    status = derive_axes(make_subject(facts={"start": None, "end": None, "hours": None, "value": None}), nothing_before)
    assert [status.schedule.rag, status.scope.rag, status.budget.rag] == ["unknown"] * 3


# -- declared


@pytest.mark.parametrize(
    ("labels", "field", "expected"),
    [
        ((), None, None),
        (("health::on track",), None, "green"),
        ((), "needsAttention", "yellow"),
        ((), "at_risk", "red"),
        ((), "On track", "green"),
        (("health::on track",), "atRisk", "red"),
        (("health::at risk", "health::on track"), None, "red"),
        ((), "something else", None),
    ],
)
def test_declared_health_is_label_or_field_the_worse_of_both(
    labels: tuple[str, ...], field: str | None, expected: str | None
) -> None:
    assert declared_health(make_subject(labels=labels, health_status=field)) == expected


def test_sentiment_and_declared_health_are_never_folded_in() -> None:
    unhappy = make_subject(labels=["sentiment::unhappy", "health::at risk"], derived=budget(0.5, 0.5))
    calm = make_subject(derived=budget(0.5, 0.5))
    status, other = derive_axes(unhappy, nothing_before), derive_axes(calm, nothing_before)
    assert (status.sentiment, status.declared) == ("red", "red")
    assert (status.schedule, status.scope, status.budget) == (other.schedule, other.scope, other.budget)
