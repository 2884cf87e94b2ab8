"""REST answers fit GitLab's own JSON schemas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakegitlab.editions import EDITIONS
from fakegitlab.tests.conftest import Stage
from fakegitlab.tests.reference import DERIVED, SPEC, check_json, needs_reference

pytestmark = needs_reference
P = "/projects/acme%2Fcustomers%2Fglobex%2Fmigration"


@pytest.mark.parametrize("edition", EDITIONS)
def test_lists_fit_the_schemas_that_gitlab_tests_itself_with(stages: Callable[..., Stage], edition: str) -> None:
    client = stages(edition=edition).client
    check_json(SPEC / "issues.json", client.get(f"{P}/issues"))
    check_json(SPEC / "notes.json", client.get(f"{P}/issues/1/notes", activity_filter="only_comments"))
    check_json(SPEC / "related_issues.json", client.get(f"{P}/issues/1/links"))
    check_json(SPEC / "milestones.json", client.get(f"{P}/milestones"))
    check_json(SPEC / "metadata.json", client.get("/metadata"))
    check_json(SPEC / "members.json", client.get(f"{P}/members/all"))
    check_json(SPEC / "user" / "public.json", client.get("/user"))


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("issue", f"{P}/issues"),
        ("issue", "/groups/acme/issues"),
        ("note", f"{P}/issues/1/notes"),
        ("milestone", f"{P}/milestones?include_ancestors=true"),
        ("related_issue", f"{P}/issues/1/links"),
        ("user_basic", "/users"),
        ("resource_label_event", f"{P}/issues/1/resource_label_events"),
        ("resource_milestone_event", f"{P}/issues/1/resource_milestone_events"),
        ("resource_state_event", f"{P}/issues/2/resource_state_events"),
    ],
)
def test_rows_fit_the_derived_schemas(stages: Callable[..., Stage], edition: str, schema: str, path: str) -> None:
    stage = stages(edition=edition)
    stage.world.close(stage.other, "2026-11-10")
    rows = stage.client.get(path)
    assert rows
    for row in rows:
        check_json(DERIVED / f"{schema}.json", row)


def test_epics_fit_the_derived_schemas(stage: Stage) -> None:
    base = f"/groups/acme%2Fcustomers/epics/{stage.epic.iid}"
    check_json(DERIVED / "epic.json", stage.client.get("/groups/acme/epics")[0])
    check_json(DERIVED / "epic_issue.json", stage.client.get(f"{base}/issues")[0])
    notes = stage.client.get(f"/groups/acme%2Fcustomers/epics/{stage.epic.epic_id}/notes")
    check_json(DERIVED / "note.json", notes[0])
    check_json(DERIVED / "time_stats.json", stage.client.get(f"{P}/issues/1/time_stats"))


@pytest.mark.parametrize("edition", EDITIONS)
def test_keys_of_unlicensed_features_are_absent(stages: Callable[..., Stage], edition: str) -> None:
    issue = stages(edition=edition).client.get(f"{P}/issues/1")
    licensed = {"weight", "health_status", "epic", "epic_iid", "iteration"}
    assert (licensed & set(issue)) == (licensed if edition == "ultimate" else set())
    assert ("blocking_issues_count" in issue) == (edition != "ce")


def test_a_written_issue_and_note_fit(stage: Stage) -> None:
    made = stage.client.rest("POST", f"{P}/issues", json={"title": "New", "labels": "brand new,PS Risk"})
    assert made.status_code == 201
    check_json(DERIVED / "issue.json", made.json())
    assert made.json()["labels"] == ["brand new", "PS Risk"]
    note = stage.client.rest("POST", f"{P}/issues/1/notes", json={"body": "text", "internal": True})
    assert note.status_code == 201
    check_json(DERIVED / "note.json", note.json())


def _one(rows: list[dict[str, Any]], key: str, value: Any) -> dict[str, Any]:
    return next(row for row in rows if row[key] == value)


def test_label_of_a_deleted_label_is_null(stage: Stage) -> None:
    events = stage.client.get(f"{P}/issues/1/resource_label_events")
    assert [event["label"] and event["label"]["name"] for event in events] == ["waiting::customer", None]


def test_milestones_name_project_or_group_never_both(stage: Stage) -> None:
    rows = stage.client.get(f"{P}/milestones", include_ancestors="true")
    assert "project_id" in _one(rows, "title", "Phase 1")
    group = _one(rows, "title", "All of us")
    assert ("group_id" in group, "project_id" in group, group["expired"]) == (True, False, True)
