"""Compliance: from an engagement that passes every gate, each test takes one thing away. The day is 2026-11-20."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.derive.checks.engine import examine
from bot.derive.checks.page import gates_markdown
from bot.derive.checks.registry import GATES, RULES
from bot.derive.decisions.questions import sow_end
from bot.derive.results import (
    Acceptance,
    Budget,
    ChangeOrder,
    Completion,
    Escalation,
    Forecast,
    Quantiles,
    RaidEntry,
    Scope,
)
from bot.derive.subject import Subject, evolve
from bot.domain.model import Engagement, FactFault, Facts, Item
from bot.domain.vocabulary import AcceptanceState, ChangeOrderState, RaidKind, Severity
from tests.builders import REF, make_booking, make_item, make_log, make_milestone, make_subject

FACTS = {
    "pm": "dana",
    "internal": "acme/ps-internal/status#1",
    "customer_channel": "acme/customers/globex/delivery#1",
    "milestones": [{"milestone": "Wave 1", "due": "2026-12-04"}],
}
WORK = {"assignees": ("ann",), "weight": 2, "due_date": "2026-12-04", "iteration": "It 5", "updated_at": "2026-11-18"}
RISK = RaidEntry("x#70", "Runners", RaidKind.RISK, review=date(2026, 12, 3))
ESCALATION = Escalation("x#71", has_path_to_green=True, has_exit_criteria=True)


def _items() -> list[Item]:
    items = [make_item(n, **WORK) for n in range(1, 11)]
    return [
        *items,
        make_item(70, labels=("PS RAID Log", "PS Risk")),
        make_item(72, labels=("llProduct",), closed="2026-10-01"),
    ]


def _values(**changes: Any) -> dict[str, Any]:
    derived = {
        "raid": (RISK,),
        "escalations": (ESCALATION,),
        "acceptance": (Acceptance("Wave 1", state=AcceptanceState.SENT),),
        "scope": Scope(
            growth=0.05,
            change_orders=(ChangeOrder("x#60", "SSO", ChangeOrderState.PROPOSED, opened=date(2026, 11, 9)),),
        ),
        "budget": Budget(100.0, 50.0, burn=0.5),
        "forecast": Forecast(Quantiles(p50=date(2026, 12, 11))),
    }
    defaults = {
        "facts": FACTS,
        "items": _items(),
        "milestones": [make_milestone("Wave 1", due_date="2026-12-04")],
        "timelogs": [make_log(None, 5.0, "2026-11-18")],
        "bookings": [make_booking("2026-W48", 20.0)],
        "derived": derived,
    }
    return defaults | changes | {"derived": derived | changes.get("derived", {})}


def _subject(**values: Any) -> Subject:
    """The agreed end is known before any gate is tested."""
    subject = make_subject(**values)
    return subject.advance(evolve(subject.derived, end=sow_end(subject)))


def _missing(**changes: Any) -> list[str]:
    return [gap.check for gap in examine(_subject(**_values(**changes))).compliance.missing]


def _applies(check: str, **changes: Any) -> bool:
    """Whether the gate is asked at all."""
    subject = _subject(**_values(**changes))
    [gate] = [g for g in GATES if g.id == check]
    return gate.applies(subject)


def _without(*keys: str, **more: Any) -> dict[str, dict[str, Any]]:
    return {"facts": {**FACTS, **dict.fromkeys(keys), **more}}


def _work(**values: Any) -> dict[str, list[Item]]:
    """One of ten items differs: a tenth may be out of order, so two do."""
    return {"items": [*_items()[2:], *(make_item(n, **WORK | values) for n in (1, 2))]}


def test_an_engagement_in_order_passes_every_gate_that_applies() -> None:
    found = examine(_subject(**_values())).compliance
    assert found.missing == ()
    assert found.score == 1.0
    assert found.applicable == 10 + 9 + 9 + 5 + 1  # start, plan, deliver, change, accept


FAILS = [
    ("facts-readable", {"fact_faults": [FactFault("end", 4, "must be a date")]}),
    ("customer-named", _without("customer")),
    ("sow-named", _without("sow")),
    ("pm-named", _without("pm")),
    ("dates-agreed", _without("end")),
    ("billing-known", _without("billing")),
    ("budget-agreed", _without("hours")),
    ("internal-target-set", _without("internal")),
    ("customer-channel-set", _without("customer_channel")),
    ("raid-log-kept", {"items": [i for i in _items() if "PS Risk" not in i.labels]}),
    ("work-owned", _work(assignees=())),
    ("work-dated", _work(due_date=None)),
    ("work-sized", _work(weight=None)),
    ("milestones-dated", {"milestones": [make_milestone("Wave 1")]}),
    ("billing-milestones-exist", {"milestones": [make_milestone("Wave 2", due_date="2026-12-04")]}),
    ("iterations-planned", {"items": [make_item(n, **WORK | {"iteration": None}) for n in range(9)] + _items()[10:]}),
    ("retros-held", {"items": _items()[:-1]}),
    ("items-updated", _work(updated_at="2026-11-06")),
    ("nothing-overdue", _work(due_date="2026-11-19")),
    ("raid-complete", {"derived": {"raid": (RaidEntry("x#70", "R", RaidKind.RISK, missing=("owner",)),)}}),
    ("raid-reviewed", {"derived": {"raid": (RaidEntry("x#70", "R", RaidKind.RISK, review=date(2026, 11, 19)),)}}),
    (
        "escalations-updated",
        {"derived": {"escalations": (Escalation("x#71", "", Severity.LOW, 1, None, True, True, True),)}},
    ),
    ("escalations-have-exit", {"derived": {"escalations": (Escalation("x#71", has_path_to_green=True),)}}),
    ("hours-approved", {"timelogs": [make_log(None, 5.0, "2026-11-12", approved=False)]}),
    ("booked-ahead", {"bookings": [make_booking("2026-W48", 20.0, kind="soft")]}),
    ("scope-growth-covered", {"derived": {"scope": Scope(growth=0.1)}}),
    ("extension-covered", {"derived": {"forecast": Forecast(Quantiles(p50=date(2027, 2, 18)))}}),
    ("excess-hours-covered", {"derived": {"budget": Budget(100.0, 101.0, burn=1.01)}}),
    ("early-work-covered", {"timelogs": [make_log(None, 5.0, "2026-07-31"), make_log(None, 5.0, "2026-11-18")]}),
    (
        "change-orders-decided",
        {
            "derived": {
                "scope": Scope(
                    change_orders=(ChangeOrder("x#60", "S", ChangeOrderState.PROPOSED, opened=date(2026, 11, 6)),)
                )
            }
        },
    ),
    ("acceptance-sent", {"derived": {"acceptance": (Acceptance("Wave 1", state=AcceptanceState.READY),)}}),
]


@pytest.mark.parametrize(("check", "changes"), FAILS, ids=[check for check, _ in FAILS])
def test_each_gate_fails_alone_when_its_thing_is_missing(check: str, changes: dict[str, Any]) -> None:
    assert _missing(**changes) == [check]


def test_the_score_is_the_share_of_applicable_gates() -> None:
    found = examine(_subject(**_values(**_without("customer", "sow")))).compliance
    assert found.score == pytest.approx(32 / 34)
    assert [gap.evidence for gap in found.missing] == [(REF,), (REF,)]


PASSES = [
    ("one tenth may be out of order", {"items": [*_items()[1:], make_item(1, **WORK | {"assignees": ()})]}),
    ("an approved day is a week", {"timelogs": [make_log(None, 5.0, "2026-11-13", approved=False)]}),
    (
        "unbillable hours need no approval",
        {"timelogs": [make_log(None, 5.0, "2026-10-01", approved=False, billable=False)]},
    ),
    ("less than two months take a confirmation", {"derived": {"forecast": Forecast(Quantiles(p50=date(2027, 2, 17)))}}),
    (
        "a proposed change order deals with growth",
        {"derived": {"scope": Scope(growth=0.3, change_orders=(ChangeOrder("x#60", "S", ChangeOrderState.PROPOSED),))}},
    ),
    (
        "a work exception covers hours over the budget",
        {
            "items": [*_items(), make_item(80, labels=("WE-scoping",))],
            "derived": {"budget": Budget(100.0, 120.0, burn=1.2)},
        },
    ),
    (
        "work at risk covers an early start",
        {
            "items": [*_items(), make_item(81, labels=("work-at-risk",), closed="2026-08-03")],
            "timelogs": [make_log(None, 5.0, "2026-07-31"), make_log(None, 5.0, "2026-11-18")],
        },
    ),
    ("an assignee answers as well as a PM", _without("pm") | {"assignees": ["dana"]}),
    ("the last budgeted hour is within the budget", {"derived": {"budget": Budget(100.0, 100.0, burn=1.0)}}),
    (
        "the first day of the SOW is not before it",
        {"timelogs": [make_log(None, 5.0, "2026-08-03"), make_log(None, 1.0, "2026-11-18")]},
    ),
    ("fixed price needs a value, no hours", _without("hours", billing="fixed_price", value=9_000.0)),
]


@pytest.mark.parametrize("changes", [c for _, c in PASSES], ids=[name for name, _ in PASSES])
def test_what_change_control_and_planning_allow_passes(changes: dict[str, Any]) -> None:
    assert _missing(**changes) == []


def test_early_work_is_asked_about_where_start_and_hours_are_known() -> None:
    assert _applies("early-work-covered") is True
    assert _applies("early-work-covered", timelogs=[]) is False
    assert _applies("early-work-covered", **_without("start")) is False


def test_updates_are_asked_of_assigned_work_that_has_begun() -> None:
    def old(**values: Any) -> list[Item]:
        return [make_item(n, **WORK | {"updated_at": "2026-11-02"} | values) for n in range(1, 11)]

    assert _applies("items-updated", items=old()) is True
    assert _applies("items-updated", items=old(start_date="2026-11-20")) is True
    assert _applies("items-updated", items=old(start_date="2026-11-23")) is False
    assert _applies("items-updated", items=old(assignees=())) is False
    assert _applies("status-current", items=[]) is False
    assert _applies("status-current", **_without(start="2026-11-16")) is False


def test_planning_gates_wait_for_the_first_two_weeks() -> None:
    early: dict[str, Any] = _without(start="2026-11-16") | {"items": [], "milestones": [], "timelogs": []}
    assert _missing(**early) == []
    assert "work-planned" in _missing(facts=FACTS, items=[], milestones=[])


def test_a_week_without_any_change_is_no_current_status() -> None:
    old = [make_item(n, **WORK | {"updated_at": "2026-11-13"}) for n in range(1, 11)]
    assert _missing(items=[*old, *_items()[10:]], timelogs=[]) == ["status-current"]
    fresh = [make_item(n, **WORK | {"updated_at": "2026-11-14"}) for n in range(1, 11)]
    assert _missing(items=[*fresh, *_items()[10:]], timelogs=[]) == []


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        ("2026-08-03", "2026-10-03", False),  # 61 days: two months to the day
        ("2026-08-03", "2026-10-04", True),
        ("2027-01-01", "2027-03-02", True),  # February: two months end on 2027-03-01
        (None, "2026-10-04", False),
    ],
)
def test_iterations_are_asked_of_engagements_longer_than_two_months(start: str | None, end: str, asked: bool) -> None:
    assert _applies("iterations-planned", **_without(start=start, end=end) | {"on": "2027-03-01"}) is asked


def test_retrospectives_are_asked_after_nine_weeks() -> None:
    """2026-08-03 and nine weeks are 2026-10-05."""
    assert _applies("retros-held", on="2026-10-04") is False
    assert _applies("retros-held", on="2026-10-05") is True


def test_the_internal_target_is_asked_where_customers_can_read_only() -> None:
    assert _applies("internal-target-set") is True
    assert _applies("internal-target-set", ref="acme/ps-internal&7") is False
    assert _applies("internal-target-set", ref="acme/ps-internal/plan#7") is False


def test_closing_gates_are_asked_of_complete_engagements() -> None:
    complete: dict[str, Any] = {
        "items": [make_item(1, closed="2026-11-18"), *_items()[10:]],
        "closed": "2026-11-19",
        "derived": {
            "phase": "complete",
            "acceptance": (Acceptance("Wave 1", state=AcceptanceState.PASSIVELY_ACCEPTED),),
            "completion": Completion(None, True, True, True, 4.0),
        },
    }
    assert _missing(**complete) == []
    broken = complete | {
        "items": [make_item(1), make_item(80, labels=("WE-time",)), *_items()[10:]],
        "derived": complete["derived"]
        | {
            "acceptance": (Acceptance("Wave 1", state=AcceptanceState.SENT),),
            "completion": Completion(None, False, False, False, None),
        },
    }
    assert _missing(**broken) == [
        "change-orders-executed",
        "csat-known",
        "exceptions-closed",
        "hours-complete",
        "milestones-accepted",
        "retro-complete",
        "work-closed",
    ]


def test_what_can_not_be_known_of_the_closing_is_not_asked() -> None:
    unknown = {"derived": {"phase": "complete", "completion": Completion()}}
    assert not _applies("hours-complete", **unknown)
    assert not _applies("change-orders-executed", **unknown)


def test_gaps_tell_how_many_and_show_some() -> None:
    items = [make_item(n, **WORK | {"assignees": ()}) for n in range(1, 31)]
    [gap] = examine(_subject(**_values(items=[*items, *_items()[10:]]))).compliance.missing
    assert str(gap.message) == "Open items without an assignee: 30."
    assert len(gap.evidence) == 10


def test_an_empty_engagement_before_its_start_is_asked_for_its_facts_only() -> None:
    found = examine(make_subject(Engagement(REF, facts=Facts()), derived={"phase": "not_started"})).compliance
    assert [gap.check for gap in found.missing] == [
        "billing-known",
        "customer-channel-set",
        "customer-named",
        "dates-agreed",
        "internal-target-set",
        "pm-named",
        "sow-named",
    ]
    assert found.score == pytest.approx(1 / 8)


def test_every_gate_has_its_own_name_and_sentence() -> None:
    checks = [gate.id for gate in GATES]
    assert len(checks) == len(set(checks))
    assert all(str(gate.message).endswith((".", "?")) and gate.phases for gate in GATES)


def test_the_page_of_gates_is_fresh(request: pytest.FixtureRequest) -> None:
    page, fresh = Path(__file__).parents[2] / "docs" / "compliance.md", gates_markdown(GATES, RULES)
    if request.config.getoption("--update-golden"):
        page.write_text(fresh, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == fresh, "a gate changed; refresh its page with: pytest --update-golden"
