"""Whose work is what, and which milestones belong to an engagement: from records alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import settings as tests
from hypothesis import strategies as st

from bot.config import Settings
from bot.domain.model import Milestone
from bot.gitlab_api.assembly import Archive, dated_labels, draft_engagement, find_milestones, find_roots
from bot.gitlab_api.ownership import share_out
from bot.gitlab_api.translate import Record, flatten, ref_of

SETTINGS = Settings.model_validate({"portfolio": {"namespaces": {"acme": "internal"}, "closed_within_days": 120}})
TODAY = date(2026, 11, 20)


def record(number: int, kind: str = "issue", path: str = "acme/x", **fields: Any) -> Record:
    made = flatten(
        {
            "id": f"gid://gitlab/WorkItem/{number}",
            "iid": str(number),
            "title": f"Item {number}",
            "state": "OPEN",
            "createdAt": "2026-09-01T00:00:00Z",
            "updatedAt": "2026-09-01T00:00:00Z",
            "reference": f"{path}#{number}",
            "workItemType": {"name": kind},
        }
    )
    made.update(fields)  # type: ignore[typeddict-item]
    return made


def archive(*records: Record, milestones: dict[int, Milestone] | None = None) -> Archive:
    return Archive({r["id"]: r for r in records}, milestones or {})


def work(found: Archive, root: Record) -> list[str]:
    roots = {r["id"] for r in found.records.values() if "PSProject" in r["labels"]}
    return [ref_of(r) for r in share_out([draft_engagement(root, SETTINGS)], found, roots)[0].work]


def test_roots_are_labelled_in_a_configured_namespace_and_not_closed_too_long() -> None:
    labels = ["PSProject"]
    closed: dict[str, Any] = {"state": "closed", "labels": labels}
    found = archive(
        record(1, labels=labels),
        record(2, labels=["psproject"]),
        record(3, path="acme-labs/x", labels=labels),
        record(4, closed_at="2026-07-23T10:00:00Z", **closed),
        record(5, closed_at="2026-07-22T10:00:00Z", **closed),
    )
    assert [ref_of(r) for r in find_roots(found, SETTINGS, TODAY)] == ["acme/x#1", "acme/x#4"]


def test_an_issues_work_is_the_rest_of_its_project_without_other_roots() -> None:
    root = record(1, labels=["PSProject"])
    found = archive(root, record(2), record(3, labels=["PSProject"]), record(4, path="acme/y"), record(5, "Test Case"))
    assert work(found, root) == ["acme/x#2"]


def test_a_ring_of_parents_does_not_hang() -> None:
    root = record(1, "Epic", path="acme", labels=["PSProject"], parent=3)
    found = archive(root, record(2, "Epic", path="acme", parent=1), record(3, parent=2))
    assert work(found, root) == ["acme&2", "acme/x#3"]


@tests(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 29), min_size=2, max_size=30), st.sets(st.integers(1, 30), max_size=5))
def test_every_item_of_a_tree_belongs_to_its_nearest_root_and_to_no_other(
    parents: list[int], labelled: set[int]
) -> None:
    records = [record(1, "Epic", path="acme", labels=["PSProject"])]
    for number, above in enumerate(parents[1:], 2):
        labels = ["PSProject"] if number in labelled else []
        records.append(record(number, "Epic", path="acme", parent=1 + above % (number - 1), labels=labels))
    found = archive(*records)
    roots = [r for r in records if r["labels"]]
    owned = [ref for root in roots for ref in work(found, root)]
    assert len(owned) == len(set(owned))
    assert set(owned) == {ref_of(r) for r in records if not r["labels"]}


def stone(title: str, owner: str) -> Milestone:
    return Milestone(title, f'{owner}%"{title}"')


def test_milestones_are_its_items_its_facts_and_its_own_projects() -> None:
    facts = "```ps-project\nmilestones:\n  - {milestone: Named}\n  - {milestone: Cut-over}\n```"
    root = record(1, "Epic", path="acme", labels=["PSProject"], description=facts)
    mine, shared = record(2, parent=1, milestone=11), record(3, path="acme/shared", parent=1)
    other = record(4, path="acme/shared")
    stones = {
        11: stone("Cut-over", "acme/x"),
        12: stone("Empty yet", "acme/x"),
        13: stone("Named", "acme"),
        14: stone("Cut-over", "acme"),
        15: stone("Somebody's", "acme/shared"),
        16: stone("Named", "beta"),
        17: stone("Company-wide", "acme"),
    }
    found = archive(root, mine, shared, other, milestones=stones)
    [draft] = share_out([draft_engagement(root, SETTINGS)], found, {1})
    assert [m.ref for m in find_milestones(draft, found)] == [
        'acme/x%"Cut-over"',
        'acme/x%"Empty yet"',
        'acme%"Named"',
    ]


def test_labels_whose_date_counts_are_those_of_the_config() -> None:
    names = dated_labels(SETTINGS.labels)
    assert "acceptance::sent" in names
    assert "change-order::approved" in names
    assert "Escalated" in names
    assert all(isinstance(name, str) for name in names)
