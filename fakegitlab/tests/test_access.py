"""Who may see and do what: tokens, scopes, roles, moved paths, the two numbers of an epic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from fakegitlab.entities import Item
from fakegitlab.tests.conftest import WAIT, Client, Stage

P = "/projects/acme%2Fcustomers%2Fglobex%2Fmigration"
NOTE = 'mutation M($id: NoteableID!) { createNote(input: {noteableId: $id, body: "x"}) { note { id } errors } }'


def gid(item: Item) -> str:
    return f"gid://gitlab/WorkItem/{item.id}"


# --- tokens and scopes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["PRIVATE-TOKEN", "Authorization"])
def test_both_headers_of_a_token(stage: Stage, header: str) -> None:
    client = Client(stage.site, "")
    client.session.headers = {header: "main-token" if header == "PRIVATE-TOKEN" else "Bearer main-token"}
    assert client.get("/user")["username"] == "psbot"


def test_bad_revoked_expired_and_missing_tokens_are_401(stage: Stage) -> None:
    token = stage.world.token("carl", value="carl-token")
    client = Client(stage.site, token.value)
    assert client.rest("GET", "/user").status_code == 200
    token.revoked = True
    assert client.rest("GET", "/user").json()["error"] == "invalid_token"
    token.revoked, token.expires_at = False, date(2026, 11, 20)
    assert client.rest("GET", "/user").status_code == 401
    assert Client(stage.site, "nonsense").rest("GET", "/user").status_code == 401
    assert Client(stage.site, "").rest("GET", "/user").status_code == 401


def test_ci_job_tokens_are_refused(stage: Stage) -> None:
    client = Client(stage.site, "")
    client.session.headers["JOB-TOKEN"] = "main-token"
    assert client.rest("GET", f"{P}/issues").status_code == 401


def test_graphql_without_a_token_sees_nothing(stage: Stage) -> None:
    data = Client(stage.site, "").data(
        '{ currentUser { id } group(fullPath: "acme") { id } queryComplexity { limit } }'
    )
    assert data == {"currentUser": None, "group": None, "queryComplexity": {"limit": 200}}


def test_read_api_reads_and_does_not_write(stage: Stage) -> None:
    reader = stage.client_for("reader", "maintainer", ("read_api",))
    assert reader.get(f"{P}/issues")
    refused = reader.rest("POST", f"{P}/issues/1/notes", json={"body": "x"})
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    assert "permission" in reader.graphql(NOTE, id=gid(stage.issue))["errors"][0]["message"]
    assert reader.get("/personal_access_tokens/self")["scopes"] == ["read_api"]


def test_read_user_sees_the_profile_only(stage: Stage) -> None:
    client = stage.client_for("profile", "maintainer", ("read_user",))
    assert client.get("/user")["username"] == "profile"
    assert client.rest("GET", f"{P}/issues").status_code == 403
    assert client.graphql("{ currentUser { id } }")["errors"]


# --- roles ---------------------------------------------------------------------------------------------------------------


def test_strangers_get_404_and_null(stage: Stage) -> None:
    stage.world.token("stranger", role=None, value="stranger-token")
    client = Client(stage.site, "stranger-token")
    assert client.rest("GET", P).status_code == 404
    assert client.rest("GET", "/groups/acme").status_code == 404
    assert client.data('{ group(fullPath: "acme") { id } }') == {"group": None}
    assert client.data("query Q($id: WorkItemID!) { workItem(id: $id) { id } }", id=gid(stage.issue)) == {
        "workItem": None
    }


def test_a_guest_silently_misses_what_is_hidden(stage: Stage) -> None:
    stage.other.confidential = True
    guest, staff = stage.client_for("guest", "guest"), stage.client
    assert [row["iid"] for row in guest.get(f"{P}/issues")] == [1]
    assert [row["iid"] for row in staff.get(f"{P}/issues")] == [2, 1]
    assert guest.rest("GET", f"{P}/issues/2").status_code == 404
    assert [note["body"] for note in guest.get(f"{P}/issues/1/notes", activity_filter="only_comments")] == ["Hello"]
    assert guest.get(f"{P}/issues/1/links") == []
    assert guest.data('{ group(fullPath: "acme") { timelogs { nodes { id } } } }')["group"]["timelogs"]["nodes"] == []


def test_a_guest_comments_and_does_not_edit(stage: Stage) -> None:
    guest = stage.client_for("guest", "guest")
    assert guest.rest("POST", f"{P}/issues/1/notes", json={"body": "hi"}).status_code == 201
    assert guest.rest("POST", f"{P}/issues/1/notes", json={"body": "hi", "internal": True}).status_code == 403
    assert guest.rest("PUT", f"{P}/issues/1", json={"labels": "x"}).status_code == 403
    made = guest.rest("POST", f"{P}/issues", json={"title": "Mine", "labels": "PS Risk"})
    assert (made.status_code, made.json()["labels"]) == (201, [])
    assert guest.rest("PUT", f"{P}/issues/{made.json()['iid']}", json={"title": "Still mine"}).status_code == 200


def test_planner_is_enough_since_17_7(stages: Callable[..., Stage]) -> None:
    for version, status in (("17.6", 403), ("17.7", 200)):
        planner = stages(version=version).client_for("planner", "planner")
        assert planner.rest("PUT", f"{P}/issues/1", json={"add_labels": "x"}).status_code == status


def test_others_notes_need_a_maintainer_and_system_notes_nobody(stage: Stage) -> None:
    note = next(note for note in stage.issue.notes if not note.system)
    change = {"json": {"body": "changed"}}
    assert stage.client.rest("PUT", f"{stage.notes}/{note.id}", **change).status_code == 403
    boss = stage.client_for("boss", "maintainer")
    assert boss.rest("PUT", f"{stage.notes}/{note.id}", **change).status_code == 200
    system = next(note for note in stage.issue.notes if note.system)
    assert boss.rest("PUT", f"{stage.notes}/{system.id}", **change).status_code == 403


def test_a_lone_project_member_sees_that_project(stage: Stage) -> None:
    stage.world.token("helper", role="guest", at=stage.project, value="helper-token")
    client = Client(stage.site, "helper-token")
    assert len(client.get("/groups/acme/issues")) == 2
    assert client.get("/groups/acme/milestones") == stage.client.get("/groups/acme/milestones")


# --- places --------------------------------------------------------------------------------------------------------------


def test_moved_paths_redirect_reads_and_refuse_writes(stage: Stage) -> None:
    stage.world.rename(stage.world.group("acme/customers/globex"), "initech")
    answer = stage.client.rest("GET", f"{P}/issues?state=opened")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        f"/api/v4/projects/{stage.project.id}/issues?state=opened",
    )
    assert len(stage.client.session.get(stage.site.url + answer.headers["Location"], timeout=WAIT).json()) == 2
    assert stage.client.rest("POST", f"{P}/issues", json={"title": "x"}).status_code == 405
    assert stage.client.rest("GET", "/groups/acme%2Fcustomers%2Fglobex").status_code == 301
    assert stage.client.get("/projects/acme%2Fcustomers%2Finitech%2Fmigration")["id"] == stage.project.id
    stage.world.transfer(stage.project, stage.world.group("acme"))
    assert stage.client.get("/projects/acme%2Fmigration/issues/1")["references"]["full"] == "acme/migration#1"


def test_epic_notes_go_by_id_and_epics_by_iid(stage: Stage) -> None:
    base = "/groups/acme%2Fcustomers/epics"
    assert stage.epic.epic_id != stage.epic.iid != stage.epic.id
    assert [note["body"] for note in stage.client.get(f"{base}/{stage.epic.epic_id}/notes")] == ["Epic note"]
    assert stage.client.rest("GET", f"{base}/{stage.epic.iid}/notes").status_code == 404
    assert stage.client.get(f"{base}/{stage.epic.iid}")["work_item_id"] == stage.epic.id
    assert stage.client.rest("GET", f"{base}/{stage.epic.epic_id}").status_code == 404


@pytest.mark.parametrize(("edition", "status"), [("ultimate", 200), ("free", 403), ("ce", 404)])
def test_epics_need_a_licence(stages: Callable[..., Stage], edition: str, status: int) -> None:
    stage = stages(edition)
    assert stage.client.rest("GET", "/groups/acme/epics").status_code == status
    data = stage.client.data('{ group(fullPath: "acme/customers") { workItems { nodes { title } } } }')
    assert len(data["group"]["workItems"]["nodes"]) == (1 if edition == "ultimate" else 0)


@pytest.mark.parametrize(("edition", "status"), [("ultimate", 201), ("free", 403)])
def test_blocking_links_need_a_licence(stages: Callable[..., Stage], edition: str, status: int) -> None:
    stage = stages(edition)
    third = stage.world.issue(stage.project, "Three")
    body = {"target_project_id": stage.project.id, "target_issue_iid": third.iid, "link_type": "is_blocked_by"}
    assert stage.client.rest("POST", f"{P}/issues/1/links", json=body).status_code == status
    seen = stage.client.get(f"{P}/issues/3/links")
    assert [row["link_type"] for row in seen] == (["blocks"] if status == 201 else [])


def test_licensed_features_are_told(stages: Callable[..., Stage]) -> None:
    query = '{ group(fullPath: "acme") { licensedFeatures { hasEpicsFeature hasIssueWeightsFeature } } }'
    for edition, value in (("ultimate", True), ("free", False), ("ce", False)):
        assert set(stages(edition).client.data(query)["group"]["licensedFeatures"].values()) == {value}


def test_metadata_tells_edition_and_version(stages: Callable[..., Stage]) -> None:
    for edition, version, told in (
        ("ce", "18.5", "18.5.0"),
        ("free", "19.3", "19.3.0-ee"),
        ("ultimate", "16.11", "16.11.0-ee"),
    ):
        found = stages(edition, version).client.get("/metadata")
        assert (found["version"], found["enterprise"]) == (told, edition != "ce")
