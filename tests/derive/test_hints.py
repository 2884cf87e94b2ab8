"""Hints on paperwork: when each is told, and when not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.derive.checks.engine import examine
from bot.derive.results import Budget, ChangeOrder, Forecast, Quantiles, Scope
from bot.domain.vocabulary import ChangeOrderState
from tests.builders import REF, make_item, make_log, make_subject

PENDING = ChangeOrder("g/p#9", "More", ChangeOrderState.PROPOSED)


def hints_of(**values: Any) -> list[str]:
    return [str(hint.text) for hint in examine(make_subject(**values)).hints]


def finish(p50: str) -> dict[str, Any]:
    return {"forecast": Forecast(finish=Quantiles(p50=date.fromisoformat(p50)))}


def test_a_calm_engagement_has_no_hints() -> None:
    assert hints_of(items=[make_item()], timelogs=[make_log(None, 3, "2026-11-02")]) == []


def test_growth_without_a_change_order() -> None:
    scope = Scope(growth=0.12, baseline_day=date(2026, 8, 3))
    (text,) = hints_of(items=[make_item(created_at="2026-09-01")], derived={"scope": scope})
    assert "12 %" in text
    assert "change order" in text
    assert hints_of(derived={"scope": Scope(growth=0.09, baseline_day=date(2026, 8, 3))}) == []


@pytest.mark.parametrize(
    ("p50", "needed"),
    [
        ("2026-12-18", None),
        ("2026-12-21", "written confirmation"),
        ("2027-02-17", "written confirmation"),
        ("2027-02-18", "a change order"),
    ],
)
def test_an_extension_below_two_months_needs_a_confirmation_a_longer_one_a_change_order(
    p50: str, needed: str | None
) -> None:
    found = hints_of(items=[make_item()], derived=finish(p50))
    assert hints_of(derived=finish(p50)) == []  # nothing left to do
    assert ([needed in text for text in found] if needed else found) == ([True] if needed else [])


def test_an_approved_change_order_s_end_is_the_end_that_counts() -> None:
    moved = Scope(change_orders=(ChangeOrder("g/p#8", "Later", ChangeOrderState.APPROVED, end=date(2027, 1, 15)),))
    assert hints_of(derived={**finish("2027-01-12"), "scope": moved}) == []


def test_without_a_forecast_due_dates_tell_of_an_extension() -> None:
    (text,) = hints_of(items=[make_item(due_date="2027-01-10")])
    assert "2027-01-10" in text


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, 0),
        ({"milestones": [{"milestone": "Design", "amount": 500}]}, 1),
        ({"milestones": [{"milestone": "Design"}]}, 0),
        ({"recognition": "on_completion"}, 1),
        ({"billing": "fixed_price", "recognition": "as_delivered"}, 1),
        ({"billing": "fixed_price"}, 0),
        ({"billing": "milestone", "milestones": [{"milestone": "Design", "amount": 500}]}, 0),
    ],
)
def test_a_switch_of_the_billing_type_shows_in_contradicting_facts(facts: dict[str, Any], expected: int) -> None:
    assert sum("switch" in text for text in hints_of(facts=facts)) == expected


def test_hours_before_the_start_need_a_work_at_risk_approval() -> None:
    item = make_item()
    logs = [make_log(item, 3, "2026-07-31"), make_log(item, 3, "2026-08-03")]
    (hint,) = examine(make_subject(items=[item], timelogs=logs)).hints
    assert "3 hours were logged before" in str(hint.text)
    assert hint.evidence == (item.ref,)
    approval = make_item(2, labels=["work-at-risk"])
    assert hints_of(items=[item, approval], timelogs=logs) == []


def test_hours_after_the_end_need_one_while_a_change_order_waits() -> None:
    late: dict[str, Any] = {"on": "2026-12-30", "timelogs": [make_log(None, 3, "2026-12-22")]}
    assert hints_of(**late) == []
    (text,) = hints_of(**late, derived={"scope": Scope(change_orders=(PENDING,))})
    assert "after the SOW ended" in text


def test_hours_over_budget_need_a_work_exception() -> None:
    over = {"derived": {"budget": Budget(hours_budget=100, hours_spent=104)}}
    (text,) = hints_of(**over)
    assert text.startswith("4 hours over")
    assert hints_of(**over, items=[make_item(1, labels=["WE-time"], closed="2026-11-02")]) == []


def test_a_work_exception_is_closed_at_quarter_end() -> None:
    exception = make_item(1, labels=["WE-scoping"], created_at="2026-11-05")
    assert hints_of(items=[exception]) == []
    (ending,) = hints_of(items=[exception], on="2027-01-20", facts={"end": "2027-06-30"})
    assert "FY27-Q4 ends 2027-01-31" in ending
    (older,) = hints_of(items=[exception], on="2027-02-03", facts={"end": "2027-06-30"})
    assert "earlier quarter" in older


def test_a_complete_engagement_gets_no_new_hints() -> None:
    over = {"budget": Budget(hours_budget=100, hours_spent=104), "phase": "complete"}
    assert hints_of(derived=over) == []


def test_every_hint_has_evidence() -> None:
    values: dict[str, Any] = {
        "derived": {
            **finish("2027-06-01"),
            "scope": Scope(growth=0.5, baseline_day=date(2026, 8, 3), change_orders=(PENDING,)),
            "budget": Budget(hours_budget=1, hours_spent=2),
        },
        "timelogs": [make_log(None, 2, "2026-07-01")],
        "facts": {"recognition": "on_completion"},
        "items": [make_item(1, created_at="2026-09-01"), make_item(2, labels=["WE-x"], created_at="2026-09-01")],
    }
    hints = examine(make_subject(**values)).hints
    assert len(hints) >= 5
    assert all(hint.evidence for hint in hints)
    assert REF in {ref for hint in hints for ref in hint.evidence}


# -- one condition: a hint, a risk and a gate can't contradict each other


@pytest.mark.parametrize("growth", [0.05, 0.09, 0.1, 0.25, 0.6])
@pytest.mark.parametrize("p50", ["2026-12-18", "2026-12-21", "2027-02-17", "2027-02-18"])
@pytest.mark.parametrize("spent", [99.0, 100.0, 100.5])
def test_what_is_hinted_at_is_a_risk_and_what_is_neither_passes_its_gate(growth: float, p50: str, spent: float) -> None:
    found = examine(
        make_subject(
            items=[make_item()],
            derived={
                **finish(p50),
                "scope": Scope(growth=growth, baseline_day=date(2026, 8, 3)),
                "budget": Budget(hours_budget=100.0, hours_spent=spent, burn=spent / 100),
            },
        )
    )
    hints = " ".join(str(hint.text) for hint in found.hints)
    risks, gaps = {risk.rule for risk in found.risks}, {gap.check for gap in found.compliance.missing}
    for said, rule, gate in (
        ("Scope grew", "scope-growth", "scope-growth-covered"),
        ("over the budget", "budget-exceeded", "excess-hours-covered"),
        ("Work is expected to end", "forecast-after-end", "extension-covered"),
    ):
        assert (said in hints) == (rule in risks)
        assert gate not in gaps or rule in risks
    [action] = [str(risk.action) for risk in found.risks if risk.rule == "forecast-after-end"] or [""]
    assert ("needs a change order" in hints) == ("change order" in action) == ("extension-covered" in gaps)
