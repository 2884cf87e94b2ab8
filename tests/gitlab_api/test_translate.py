"""GitLab's JSON → records → the model."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.model import Milestone
from bot.gitlab_api.translate import flatten, make_item, make_milestone, make_timelog, ref_of


def node(**fields: Any) -> dict[str, Any]:
    """A work item as GraphQL gives it, with few widgets."""
    base = {
        "id": "gid://gitlab/WorkItem/41",
        "iid": "7",
        "title": "Migrate",
        "state": "OPEN",
        "confidential": False,
        "createdAt": "2026-10-01T08:00:00Z",
        "updatedAt": "2026-10-02T08:00:00Z",
        "closedAt": None,
        "webUrl": "https://x/7",
        "reference": "acme/x#7",
        "workItemType": {"name": "Issue"},
        "widgets": [],
    }
    return base | fields


SAM, DANA = "gid://gitlab/User/4", "gid://gitlab/User/5"


def test_everything_of_a_full_item_is_taken_over() -> None:
    full = node(
        state="CLOSED",
        closedAt="2026-10-02T08:00:00Z",
        widgets=[
            {"description": "```ps-risk\nimpact: 4\n```"},
            {"assignees": {"nodes": [{"id": SAM, "username": "sam"}, {"id": DANA, "username": "dana"}]}},
            {"labels": {"nodes": [{"title": "PS Risk"}, {"title": "Escalated"}]}},
            {"milestone": {"id": "gid://gitlab/Milestone/3"}},
            {"startDate": "2026-10-01", "dueDate": "2026-11-01"},
            {
                "timeEstimate": 28800,
                "totalTimeSpent": 5400,
                "timelogs": {
                    "pageInfo": {"hasNextPage": True, "endCursor": "x"},
                    "nodes": [
                        {
                            "id": "gid://gitlab/Timelog/1",
                            "spentAt": "2026-10-01T12:00:00Z",
                            "timeSpent": 7200,
                            "user": {"id": DANA, "username": "dana"},
                        },
                        {
                            "id": "gid://gitlab/Timelog/2",
                            "spentAt": "2026-10-01T13:10:00Z",
                            "timeSpent": -1800,
                            "user": None,
                        },
                    ],
                },
            },
            {"parent": {"id": "gid://gitlab/WorkItem/2"}},
            {"healthStatus": "needsAttention"},
            {"weight": 3},
            {"iteration": {"title": None, "startDate": "2026-10-01", "dueDate": "2026-10-14"}},
            {
                "linkedItems": {
                    "nodes": [
                        {
                            "linkType": "is_blocked_by",
                            "workItem": {"iid": "9", "reference": "acme#9", "workItemType": {"name": "Epic"}},
                        },
                        {
                            "linkType": "blocks",
                            "workItem": {"iid": "8", "reference": "acme/x#8", "workItemType": {"name": "Task"}},
                        },
                        {"linkType": "is_blocked_by", "workItem": None},
                    ]
                }
            },
            None,
        ],
    )
    record = flatten(full)
    assert record["more_timelogs"] == "x"
    assert record["parent"] == 2
    at = datetime(2026, 10, 1, 9, tzinfo=UTC)
    item, faults = make_item(record, {3: Milestone("Phase 1")}, {"Escalated": at, "gone": at}, ())
    assert (item.ref, item.state, item.milestone, item.weight) == ("acme/x#7", "closed", "Phase 1", 3.0)
    assert (item.estimate_hours, item.spent_hours) == (8.0, 1.5)
    assert (item.start_date, item.due_date) == (date(2026, 10, 1), date(2026, 11, 1))
    assert item.assignees == ("dana", "sam")
    assert record["people"] == {"4": "sam", "5": "dana"}
    assert item.labels == ("Escalated", "PS Risk")
    assert item.label_dates == {"Escalated": at}
    assert item.blocked_by == ("acme&9",)
    assert item.health_status == "needs_attention"
    assert item.iteration == "2026-10-01 – 2026-10-14"
    assert item.facts == {"impact": 4}
    assert not faults
    logs = [make_timelog(record, entry, UTC, True) for entry in sorted(record["timelogs"])]
    assert [(log.user, log.hours) for log in logs] == [("dana", 2.0), ("ghost", -0.5)]


def test_what_an_edition_lacks_is_missing_and_not_made_up() -> None:
    item, _ = make_item(flatten(node()), {}, {}, ())
    assert item.weight is None
    assert item.health_status is None
    assert item.estimate_hours is None
    assert item.blocked_by == ()
    assert item.iteration is None


@pytest.mark.parametrize("reference", ["acme/sub&7", "acme/sub#7"])
def test_an_epic_is_written_with_an_ampersand_whatever_the_server_writes(reference: str) -> None:
    item, _ = make_item(flatten(node(reference=reference, workItemType={"name": "Epic"})), {}, {}, ())
    assert item.ref == "acme/sub&7"
    assert item.type == "epic"


def test_a_description_is_kept_only_for_its_blocks() -> None:
    assert flatten(node(widgets=[{"description": "long story"}]))["description"] == ""


def test_a_block_that_is_no_yaml_is_a_fault_of_that_item() -> None:
    record = flatten(node(widgets=[{"description": "Text\n\n```ps-change-order\nhours: [\n```\n"}]))
    item, faults = make_item(record, {}, {}, ())
    assert item.facts == {}
    assert [(f.ref, f.key) for f in faults] == [("acme/x#7", "hours")]


def test_a_closed_milestones_last_change_stands_for_its_close() -> None:
    found = make_milestone(
        {
            "title": 'Go "live"',
            "state": "closed",
            "dueDate": "2026-11-30T00:00:00Z",
            "startDate": None,
            "updatedAt": "2026-11-20T10:00:00Z",
            "webPath": "/acme/x/-/milestones/1",
            "project": {"fullPath": "acme/x"},
            "group": None,
        },
        "https://gitlab.example.com",
    )
    assert found.ref == 'acme/x%"Go "live""'
    assert found.due_date == date(2026, 11, 30)
    assert found.closed_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert found.web_url == "https://gitlab.example.com/acme/x/-/milestones/1"


def test_a_milestone_of_a_gitlab_below_a_path_is_linked_once() -> None:
    node = {"title": "Go", "webPath": "/gitlab/acme/x/-/milestones/1"}
    found = make_milestone(node, "https://example.com/gitlab")
    assert found.web_url == "https://example.com/gitlab/acme/x/-/milestones/1"


@pytest.mark.parametrize("name", ["Initiative", "Épica", "epic"])
def test_an_epic_is_one_whatever_its_type_is_called(name: str) -> None:
    other = {"iid": "3", "reference": "acme&3", "workItemType": {"name": name}}
    links = {"linkedItems": {"nodes": [{"linkType": "is_blocked_by", "workItem": other}]}}
    found = flatten(node(reference="acme/sub&7", workItemType={"name": name}, widgets=[links]))
    assert (ref_of(found), found["blocked_by"]) == ("acme/sub&7", ["acme&3"])
