"""The snapshot: what is written is read back the same, and what can't be read names its place."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.model import FactFault, Portfolio
from bot.domain.snapshot import SnapshotProblem, dump_snapshot, load_snapshot
from tests import builders


def round_trip(portfolio: Portfolio) -> Portfolio:
    return load_snapshot(json.dumps(dump_snapshot(portfolio), allow_nan=False))


def full_portfolio() -> Portfolio:
    item = builders.make_item(
        1,
        closed="2026-09-01",
        due_date="2026-09-04",
        due_history=[(None, "2026-08-28", "2026-08-05"), ("2026-08-28", "2026-09-04", "2026-08-20")],
        labels=["change-order::approved"],
        label_dates={"change-order::approved": "2026-08-21"},
        assignees=("ann",),
        blocked_by=(f"{builders.PROJECT}#2",),
        facts={"hours": 40, "end": "2027-01-15"},
        estimate_hours=8.5,
        milestone="Design",
    )
    engagement = builders.make_engagement(
        items=[item, builders.make_item(2)],
        milestones=[builders.make_milestone(due_date="2026-09-04", closed="2026-09-05")],
        timelogs=[
            builders.make_log(item, 4, "2026-08-20", billable=False),
            builders.make_log(None, 1, "2026-08-21", approved=False),
        ],
        bookings=[builders.make_booking("2026-W47", 20, kind="soft")],
        facts={
            "milestones": [{"milestone": "Design", "due": "2026-08-28", "amount": 5000.0}],
            "work": ("acme/customers/globex",),
        },
        fact_faults=[FactFault("value", 7, "must be a number", "acme/customers/globex&7")],
        errors=("2 items could not be read",),
        hours_difference=1.5,
        health_status="onTrack",
    )
    return builders.make_portfolio(
        engagement, failures=("acme/other: 403",), members={"acme/customers": ("ann", "bob")}
    )


def test_a_whole_portfolio_survives() -> None:
    assert round_trip(full_portfolio()) == full_portfolio()


def test_a_snapshot_is_the_same_whatever_the_order() -> None:
    portfolio = full_portfolio()
    (engagement,) = portfolio.engagements
    turned = builders.make_portfolio(
        type(engagement)(
            **{
                **{f: getattr(engagement, f) for f in engagement.__dataclass_fields__},
                "items": engagement.items[::-1],
            }
        ),
        failures=portfolio.failures,
        members=portfolio.members,
    )
    assert dump_snapshot(turned) == dump_snapshot(portfolio)


def test_a_fault_of_the_facts_is_told_once_after_any_number_of_round_trips() -> None:
    text = json.dumps(
        {
            "format": "psbot-snapshot/1",
            "engagements": [{"ref": "g&1", "facts": {"start": "2026-08-03", "end": "2026-08-01"}}],
        }
    )
    once = load_snapshot(text)
    (fault,) = once.engagements[0].fact_faults
    (again,) = round_trip(round_trip(once)).engagements[0].fact_faults
    assert (again.key, again.line, again.message) == (fault.key, fault.line, str(fault.message))


def test_a_minimal_snapshot_is_enough() -> None:
    text = '{"format": "psbot-snapshot/1", "engagements": [{"ref": "g&1", "items": [{"ref": "g/p#1"}]}]}'
    (engagement,) = load_snapshot(text).engagements
    assert engagement.state == "opened"
    assert engagement.items[0].is_open


def test_instants_are_read_with_any_zone_and_days_with_any_time() -> None:
    text = json.dumps(
        {
            "format": "psbot-snapshot/1",
            "engagements": [
                {
                    "ref": "g&1",
                    "items": [
                        {
                            "ref": "g/p#1",
                            "state": "closed",
                            "created_at": "2026-11-20T23:30:00-05:00",
                            "closed_at": "2026-11-21",
                        }
                    ],
                    "timelogs": [{"spent_at": "2026-11-20T10:00:00Z", "hours": 1, "user": "ann"}],
                }
            ],
        }
    )
    (engagement,) = load_snapshot(text).engagements
    assert engagement.items[0].created_at == datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
    assert engagement.items[0].closed_at == datetime(2026, 11, 21, tzinfo=UTC)
    assert engagement.timelogs[0].spent_at == date(2026, 11, 20)


def test_what_was_reopened_was_closed_on_no_day() -> None:
    again = {"state": "opened", "closed_at": "2026-11-02T09:00:00Z"}
    stone = {"title": "Design", "state": "active", "closed_at": "2026-11-02"}
    text = wrap(**again, items=[{"ref": "g/p#2", **again}], milestones=[stone])
    (engagement,) = load_snapshot(text).engagements
    assert engagement.closed_at is None
    assert [one.closed_at for one in engagement.items] == [None]
    assert [one.closed_at for one in engagement.milestones] == [None]


def test_the_config_s_facts_win_over_the_snapshot_s() -> None:
    text = '{"format": "psbot-snapshot/1", "engagements": [{"ref": "g&1", "facts": {"value": 5, "pm": "ann"}}]}'
    (engagement,) = load_snapshot(text, {"g&1": {"value": 180000}}).engagements
    assert (engagement.facts.value, engagement.facts.pm) == (180000, "ann")


def test_a_bad_fact_is_a_fault_not_a_refusal() -> None:
    text = '{"format": "psbot-snapshot/1", "engagements": [{"ref": "g&1", "facts": {"value": "lots", "pm": "ann"}}]}'
    (engagement,) = load_snapshot(text).engagements
    assert engagement.facts.pm == "ann"
    assert [fault.key for fault in engagement.fact_faults] == ["value"]


def wrap(**engagement: Any) -> str:
    return json.dumps({"format": "psbot-snapshot/1", "engagements": [{"ref": "g&1", **engagement}]})


@pytest.mark.parametrize("text", ["", "[]", '{"format": "psbot-snapshot/2"}', "[" * 100_000])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(SnapshotProblem) as problem:
        load_snapshot(text)
    assert problem.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"format": "psbot-snapshot/1", "engagements": [{}]}', "engagements[0]"),
        ('{"format": "psbot-snapshot/1", "engagements": {"ref": "g&1"}}', "snapshot.engagements"),
        ('{"format": "psbot-snapshot/1", "members": {"acme": [1]}}', "members.acme"),
        ('{"format": "psbot-snapshot/1", "members": {"acme": "ann"}}', "members.acme"),
        (wrap(items=[{"due_date": "soon"}]), "items[0].due_date"),
        (wrap(items=[{"weight": "5"}]), "items[0].weight"),
        (wrap(items=[3]), "items[0]"),
        (wrap(items=[{"estimate_hours": 10**400}]), "items[0].estimate_hours"),
        (wrap(items=[{"confidential": "yes"}]), "items[0].confidential"),
        (wrap(items=[{"labels": "a"}]), "items[0].labels"),
        (wrap(items=[{"label_dates": {"a": "never"}}]), "label_dates.a"),
        (wrap(items=[{"due_history": [{"from": "2026-01-01"}]}]), "due_history[0]"),
        (wrap(timelogs=[{"hours": 1}]), "timelogs[0]"),
        (wrap(items="none"), "items"),
        ('{"format": "psbot-snapshot/1", "engagements": [{"ref": "g&1", "hours_difference": NaN}]}', "snapshot"),
        (
            '{"format": "psbot-snapshot/1", "engagements": [{"ref": "g&1", "hours_difference": 1e999}]}',
            "hours_difference",
        ),
    ],
)
def test_what_can_t_be_read_is_named_with_its_place_and_the_rest_is_served(text: str, place: str) -> None:
    data = json.loads(text.replace("NaN", '"NaN"'))
    if isinstance(data.get("engagements"), list):
        data["engagements"].append({"ref": "g&2", "title": "Fine"})
        text = json.dumps(data)
    portfolio = load_snapshot(text)
    told = [*portfolio.failures, *(error for e in portfolio.engagements for error in e.errors)]
    assert any(place in line for line in map(str, told))
    if isinstance(data.get("engagements"), list):
        (fine,) = (e for e in portfolio.engagements if e.ref == "g&2")
        assert (fine.title, fine.errors) == ("Fine", ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "ref",
                    "items",
                    "facts",
                    "timelogs",
                    "milestones",
                    "labels",
                    "label_dates",
                    "due_history",
                    "due_date",
                    "at",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_or_refused_in_words(value: Any) -> None:
    text = json.dumps({"format": "psbot-snapshot/1", "engagements": value, "members": value})
    try:
        portfolio = load_snapshot(text)
    except SnapshotProblem:
        return
    assert load_snapshot(json.dumps(dump_snapshot(portfolio), allow_nan=False)) == portfolio
