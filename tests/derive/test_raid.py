"""The RAID register, by hand-computed entries. The day is Friday 2026-11-20."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.derive.raid.log import derive_raid, read_day, read_rating, register_risks
from bot.derive.results import SEVERITIES, RaidEntry
from bot.domain.model import Item
from tests.builders import make_item, make_settings, make_subject

LABELS = ("PS RAID Log", "PS Risk")
WHOLE = {"impact": 4, "probability": 3, "owner": "alex", "mitigation": "Borrow a host", "review": "2026-12-03"}


def _risk(number: int = 1, labels: tuple[str, ...] = (), **values: Any) -> Item:
    return make_item(number, **{"title": f"Risk {number}", "labels": (*LABELS, *labels), "facts": WHOLE} | values)


def _entry(item: Item, **values: Any) -> RaidEntry:
    [entry] = derive_raid(make_subject(items=[item], **values))
    return entry


def test_a_whole_risk_is_read_from_its_block() -> None:
    entry = _entry(_risk(created_at="2026-11-02"))
    assert (entry.kind, entry.impact, entry.probability, entry.score, entry.level) == ("risk", 4, 3, 12, "medium")
    assert (entry.owner, entry.mitigation, entry.review) == ("alex", "Borrow a host", date(2026, 12, 3))
    assert (entry.age_days, entry.movement, entry.missing) == (18, None, ())


@pytest.mark.parametrize(
    ("impact", "probability", "score", "level"),
    [
        (5, 5, 25, "high"),
        (5, 3, 15, "high"),
        (4, 4, 16, "high"),
        (2, 4, 8, "medium"),
        (2, 3, 6, "low"),
        (1, 1, 1, "low"),
    ],
)
def test_levels_are_those_of_the_published_matrix(impact: int, probability: int, score: int, level: str) -> None:
    facts = WHOLE | {"impact": impact, "probability": probability}
    entry = _entry(_risk(facts=facts))
    assert (entry.score, entry.level) == (score, level)


def test_labels_and_assignee_stand_in_for_the_block() -> None:
    entry = _entry(_risk(facts={}, labels=("impact::5", "probability::4"), assignees=("zoe", "ann")))
    assert (entry.score, entry.level, entry.owner) == (20, "high", "ann")
    assert tuple(map(str, entry.missing)) == ("mitigation", "review date")


def test_the_block_wins_over_labels() -> None:
    assert _entry(_risk(labels=("impact::1", "probability::1"), assignees=("ann",))).score == 12
    assert _entry(_risk(assignees=("ann",))).owner == "alex"


def test_words_of_the_matrix_are_ratings() -> None:
    entry = _entry(_risk(facts=WHOLE | {"impact": "Critical", "probability": "Very Likely"}))
    assert entry.score == 25


@pytest.mark.parametrize("bad", [0, 6, -1, True, 2.5, "many", None, [4], "٣"])
def test_a_rating_that_is_none_scores_nothing(bad: list[int] | bool | float | str | None) -> None:
    entry = _entry(_risk(facts=WHOLE | {"impact": bad}))
    assert (entry.impact, entry.score, entry.level) == (None, None, None)


@pytest.mark.parametrize(
    ("label", "level"),
    [("PS:: Priority High", "high"), ("PS:: Priority Medium", "medium"), ("PS:: Priority Low", "low")],
)
def test_priority_is_the_level_where_there_is_no_score(label: str, level: str) -> None:
    assert _entry(_risk(facts={}, labels=(label,))).level == level
    assert _entry(_risk(labels=(label,))).level == "medium"


def test_the_limits_of_the_levels_are_configurable() -> None:
    strict = make_settings(thresholds={"raid_high_score": 12})
    assert _entry(_risk(), settings=strict).level == "high"


def test_names_every_field_that_a_risk_lacks() -> None:
    assert tuple(map(str, _entry(make_item(labels=("PS Risk",))).missing)) == (
        "log label",
        "priority",
        "impact",
        "owner",
        "mitigation",
        "review date",
    )
    assert tuple(map(str, _entry(make_item(labels=("PS RAID Log",), facts=WHOLE)).missing)) == ("risk label",)


def test_an_impact_in_words_is_an_impact_but_no_score() -> None:
    entry = _entry(_risk(facts=WHOLE | {"impact": "two weeks on the timeline"}, labels=("PS:: Priority High",)))
    assert (entry.impact, entry.score, entry.missing) == (None, None, ())


@pytest.mark.parametrize(
    ("label", "kind", "missing"),
    [
        ("PS Action", "action", ("owner", "due date")),
        ("PS Issue", "issue", ("priority", "owner", "due date")),
        ("PS Decision", "decision", ("owner",)),
    ],
)
def test_each_kind_has_its_own_requirements(label: str, kind: str, missing: tuple[str, ...]) -> None:
    entry = _entry(make_item(labels=("PS RAID Log", label)))
    assert (entry.kind, tuple(map(str, entry.missing))) == (kind, missing)


def test_closed_entries_lack_nothing() -> None:
    assert _entry(make_item(labels=("PS Risk",), closed="2026-11-02")).missing == ()


def test_work_is_no_raid_entry() -> None:
    assert derive_raid(make_subject(items=[make_item(), make_item(2, labels=("acceptance",))])) == ()


# -- movement: within the last seven days


@pytest.mark.parametrize(("created", "movement"), [("2026-11-13", None), ("2026-11-14", "new"), ("2026-11-20", "new")])
def test_new_for_seven_days(created: str, movement: str | None) -> None:
    assert _entry(_risk(created_at=created)).movement == movement


def test_an_old_issue_that_became_a_risk_is_new() -> None:
    dates = {"PS RAID Log": "2026-11-17", "PS Risk": "2026-11-17"}
    assert _entry(_risk(label_dates=dates)).movement == "new"
    assert _entry(_risk(label_dates={"PS RAID Log": "2026-10-01", "PS Risk": "2026-11-17"})).movement is None


@pytest.mark.parametrize(("closed", "movement"), [("2026-11-13", None), ("2026-11-14", "closed")])
def test_closed_for_seven_days(closed: str, movement: str | None) -> None:
    assert _entry(_risk(closed=closed)).movement == movement


@pytest.mark.parametrize(
    ("before", "now", "movement"),
    [
        ("PS:: Priority Low", "PS:: Priority Medium", "worse"),
        ("PS:: Priority High", "PS:: Priority Low", None),
        ("impact::2", "impact::3", "worse"),
        ("probability::4", "probability::3", None),
    ],
)
def test_worse_when_a_rating_replaced_a_lower_one(before: str, now: str, movement: str | None) -> None:
    item = _risk(labels=(now,), label_dates={before: "2026-10-01", now: "2026-11-18"})
    assert _entry(item).movement == movement


def test_a_first_rating_counts_only_when_it_alarms() -> None:
    assert _entry(_risk(labels=("impact::3",), label_dates={"impact::3": "2026-11-18"})).movement is None
    assert _entry(_risk(labels=("impact::4",), label_dates={"impact::4": "2026-11-18"})).movement == "worse"
    assert _entry(_risk(labels=("impact::4",), label_dates={"impact::4": "2026-11-13"})).movement is None


def test_an_escalation_is_worse() -> None:
    entry = _entry(_risk(labels=("Escalated",), label_dates={"Escalated": "2026-11-19"}))
    assert (entry.movement, entry.escalated) == ("worse", True)


# -- the register


def test_open_risks_come_worst_first_with_their_mitigation_as_action() -> None:
    items = [
        _risk(1, facts=WHOLE | {"impact": 2}),
        _risk(2, facts=WHOLE | {"impact": 5}),
        _risk(3, facts={}),
        _risk(4, closed="2026-11-18"),
        make_item(5, labels=("PS RAID Log", "PS Action")),
    ]
    risks = register_risks(make_subject(items=items))
    assert [(r.evidence, r.severity, r.score) for r in risks] == [
        ((items[1].ref,), "high", 15),
        ((items[2].ref,), "medium", None),
        ((items[0].ref,), "low", 6),
    ]
    assert (risks[0].rule, risks[0].source, str(risks[0].message), risks[0].owner) == (
        "raid-risk",
        "register",
        "Risk 2",
        "alex",
    )
    assert [str(r.action) for r in risks] == ["Borrow a host", "Agree a mitigation and who does it.", "Borrow a host"]


def test_an_escalated_risk_is_high_whatever_its_score() -> None:
    [risk] = register_risks(make_subject(items=[_risk(labels=("Escalated",), facts=WHOLE | {"impact": 1})]))
    assert (risk.severity, risk.score) == ("high", 3)


def test_closed_entries_come_after_open_ones() -> None:
    items = [_risk(1, closed="2026-11-18", facts=WHOLE | {"impact": 5, "probability": 5}), _risk(2)]
    assert [e.ref for e in derive_raid(make_subject(items=items))] == [items[1].ref, items[0].ref]


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.lists(st.text(max_size=2))
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(["impact", "probability", "owner", "mitigation", "review"]), VALUES))
def test_whatever_stands_in_the_block_an_entry_comes_out(facts: dict[str, Any]) -> None:
    entry = _entry(_risk(facts=facts))
    assert entry.score is None or 1 <= entry.score <= 25
    [risk] = register_risks(make_subject(items=[_risk(facts=facts)]))
    assert risk.severity in SEVERITIES


def test_readers_take_text_as_well() -> None:
    assert read_rating(" 4 ", {}) == 4
    assert read_day("2026-12-03") == date(2026, 12, 3)
    assert read_day("soon") is None
    assert read_day(20261203) is None
