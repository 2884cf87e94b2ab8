"""The JSON of the contract: every key is there, valid against its schema, rounded, without NaN."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema
import pytest

from bot.derive import derive_portfolio
from bot.derive.output import derived_schema, facts_schema, snapshot_schema, to_json
from bot.derive.results import Budget, Derived, EngagementDerived, Progress, Scope
from bot.domain.facts import make_facts as read_facts
from bot.domain.model import Engagement
from bot.domain.snapshot import dump_snapshot
from tests import builders

VALIDATOR = jsonschema.Draft202012Validator


def full() -> Engagement:
    items = [
        builders.make_item(1, estimate_hours=10, closed="2026-09-01", milestone="Design"),
        builders.make_item(2, estimate_hours=20, milestone="Build", due_date="2026-12-01", blocked_by=("x/y#1",)),
        builders.make_item(3, labels=["PS Risk", "impact::4", "probability::4"], title="Firewall"),
        builders.make_item(4, labels=["Escalated", "severity::high"], title="Customer is unhappy"),
        builders.make_item(5, labels=["change-order::proposed"], facts={"hours": 10}),
    ]
    return builders.make_engagement(
        items=items,
        milestones=[
            builders.make_milestone(due_date="2026-09-04"),
            builders.make_milestone("Build", due_date="2026-12-04"),
        ],
        timelogs=[builders.make_log(items[0], 8.125, "2026-08-20"), builders.make_log(items[1], 3, "2026-11-02")],
        bookings=[builders.make_booking("2026-W48", 20)],
        facts={"milestones": [{"milestone": "Build", "amount": 5000.0}]},
    )


def json_of(*engagements: Engagement, **options: Any) -> dict[str, Any]:
    options = {"trials": 200, **options}
    return to_json(
        derive_portfolio(
            builders.make_portfolio(*engagements), builders.DAY, builders.make_settings(), builders.CALENDAR, **options
        )
    )


# What another program may rely on.
ENGAGEMENT = {
    "ref", "title", "customer", "phase", "progress", "status", "schedule", "budget", "scope", "forecast",
    "acceptance", "risks", "escalations", "compliance", "errors",
}  # fmt: skip
INSIDE = {
    "progress": {"basis", "percent", "done", "total"},
    "status": {"overall", "declared", "sentiment", "schedule", "scope", "budget"},
    "schedule": {"planned_value", "earned_value", "spi", "spi_t", "baseline_finish", "milestones", "critical_path"},
    "budget": {"hours_budget", "hours_spent", "burn", "cpi", "tcpi", "eac_hours", "runs_out"},
    "scope": {"baseline_items", "added", "removed", "growth", "change_orders"},
    "forecast": {"finish", "on_time_probability", "effort_hours", "revenue", "basis", "history_weeks"},
    "compliance": {"score", "missing"},
}
LISTED = {
    "acceptance": {"milestone", "amount", "state", "sent", "passive_on"},
    "risks": {"rule", "source", "severity", "score", "message", "evidence", "action"},
    "escalations": {"ref", "severity", "age_days", "update_due", "overdue"},
}
PORTFOLIO = {"engagements", "rag", "revenue", "on_time_rate", "on_budget_rate", "utilisation", "capacity"}


def test_every_key_of_the_contract_is_there() -> None:
    found = json_of(full())
    assert found["format"] == "psbot-derived/1"
    assert {"as_of", "currency", "engagements", "portfolio"} <= found.keys()
    assert found["portfolio"].keys() >= PORTFOLIO
    (engagement,) = found["engagements"]
    assert engagement.keys() >= ENGAGEMENT
    for key, inside in INSIDE.items():
        assert inside <= engagement[key].keys(), key
    for key, inside in LISTED.items():
        assert engagement[key], key
        assert all(inside <= entry.keys() for entry in engagement[key]), key
    assert {"title", "baseline", "due", "forecast", "slip_days", "state"} <= engagement["schedule"]["milestones"][
        0
    ].keys()
    assert engagement["status"]["schedule"].keys() == {"rag", "reasons"}
    assert engagement["status"]["schedule"]["reasons"][0].keys() == {"text", "evidence"}


@pytest.mark.parametrize(
    "engagement", [full(), builders.make_engagement(), Engagement("g&1")], ids=["full", "empty", "bare"]
)
def test_what_is_printed_is_valid(engagement: Engagement) -> None:
    VALIDATOR(derived_schema()).validate(json_of(engagement))
    VALIDATOR(derived_schema()).validate(json_of(engagement, forecast=False))


def test_the_schema_refuses_what_the_contract_does_not_allow() -> None:
    good = json_of(full(), forecast=False)
    schema = VALIDATOR(derived_schema())
    for path, bad in (
        (("engagements", 0, "phase"), "paused"),
        (("engagements", 0, "status", "overall"), "amber"),
        (("engagements", 0, "progress", "percent"), 41),
        (("engagements", 0, "schedule", "baseline_finish"), "soon"),
        (("portfolio", "rag"), {"green": 1}),
        (("as_of",), None),
    ):
        broken = json.loads(json.dumps(good))
        place = broken
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = bad
        assert not schema.is_valid(broken), path


def test_the_same_input_gives_the_same_bytes() -> None:
    assert json.dumps(json_of(full())) == json.dumps(json_of(full()))


def test_numbers_are_rounded_and_what_is_not_finite_is_null() -> None:
    odd = EngagementDerived(
        "g&1",
        progress=Progress(percent=1 / 3),
        budget=Budget(burn=float("inf"), cpi=float("nan"), hours_spent=-0.0),
    )
    found = to_json(Derived(builders.DAY, "USD", (odd,)))["engagements"][0]
    assert found["progress"]["percent"] == 0.3333
    assert (found["budget"]["burn"], found["budget"]["cpi"]) == (None, None)
    assert str(found["budget"]["hours_spent"]) == "0.0"
    json.dumps(found, allow_nan=False)


def test_without_a_baseline_the_counts_of_scope_are_not_known() -> None:
    unknown, known = (
        to_json(Derived(builders.DAY, "USD", (EngagementDerived("g&1", scope=scope),)))["engagements"][0]["scope"]
        for scope in (Scope(), Scope(baseline_day=date(2026, 8, 3)))
    )
    assert [unknown[key] for key in ("baseline_items", "added", "removed", "growth")] == [None] * 4
    assert [known[key] for key in ("baseline_items", "added", "removed")] == [0, 0, 0]


# -- the input formats


def test_what_is_exported_is_valid() -> None:
    VALIDATOR.check_schema(snapshot_schema())
    VALIDATOR(snapshot_schema()).validate(dump_snapshot(builders.make_portfolio(full(), members={"acme": ("ann",)})))
    VALIDATOR(snapshot_schema()).validate({"format": "psbot-snapshot/1", "engagements": []})
    assert not VALIDATOR(snapshot_schema()).is_valid({"format": "psbot-snapshot/1", "engagements": [{"title": "x"}]})


GOOD_FACTS: list[dict[str, Any]] = [
    {},
    {"customer": "Globex", "sow": 1234, "value": 180000, "start": "2026-08-03", "key": True, "pm": None},
    {"milestones": [{"milestone": "Design", "due": "2026-09-30", "amount": 5, "sign_off_sent": None}]},
    {"work": "acme/x", "passive_acceptance_days": 0, "billing": "fixed_price"},
    {"work": ["acme/x", "acme/y#4"], "recognition": "percent_complete", "baseline": "2028-02-29"},
]
BAD_FACTS: list[dict[str, Any]] = [
    {"custmer": "Globex"},
    {"value": "lots"},
    {"value": -1},
    {"billing": "free"},
    {"start": "3 August"},
    {"passive_acceptance_days": 2.5},
    {"key": "yes"},
    {"milestones": [{"due": "2026-09-30"}]},
    {"milestones": [{"milestone": "Design", "price": 5}]},
    {"customer": ["a"]},
]


@pytest.mark.parametrize("facts", GOOD_FACTS)
def test_the_facts_schema_accepts_what_is_read(facts: dict[str, Any]) -> None:
    assert read_facts(facts)[1] == ()
    VALIDATOR(facts_schema()).validate(facts)


@pytest.mark.parametrize("facts", BAD_FACTS)
def test_the_facts_schema_refuses_what_is_a_fault(facts: dict[str, Any]) -> None:
    assert read_facts(facts)[1]
    assert not VALIDATOR(facts_schema()).is_valid(facts)


def test_the_facts_schema_knows_every_key() -> None:
    from bot.domain.model import Facts, MilestoneFact

    schema = facts_schema()
    assert schema["properties"].keys() == Facts.__dataclass_fields__.keys()
    milestone = schema["properties"]["milestones"]["items"]
    assert milestone["properties"].keys() == MilestoneFact.__dataclass_fields__.keys()
