"""Writing: what changes, what is written down about it, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from fakegitlab.entities import Item
from fakegitlab.tests.conftest import Stage

UPDATE = (
    "mutation M($input: WorkItemUpdateInput!) { workItemUpdate(input: $input) "
    "{ errors workItem { id lockVersion state title } } }"
)


def put(stage: Stage, **changes: Any) -> Any:
    answer = stage.client.rest("PUT", f"/projects/{stage.project.id}/issues/1", json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def activity(item: Item) -> list[str]:
    return [note.body for note in item.notes if note.system]


def events(item: Item, kind: str) -> list[Any]:
    return [event for event in item.events if event.kind == kind]


# --- history -------------------------------------------------------------------------------------------------------------


def test_dates_leave_system_notes_in_gitlabs_words(stage: Stage) -> None:
    put(stage, due_date="2026-12-09")
    put(stage, due_date="", start_date="2026-12-01")
    assert activity(stage.issue)[-2:] == [
        "changed due date to December 9, 2026",
        "changed start date to December 1, 2026 and removed due date December 9, 2026",
    ]


def test_old_epics_have_words_of_their_own(stage: Stage) -> None:
    stage.world.due_change(stage.epic, "2026-12-09", "2026-11-19", legacy=True)
    stage.world.due_change(stage.epic, None, "2026-11-20", legacy=True)
    assert activity(stage.epic) == ["changed due date to Dec 9, 2026", "removed the due date"]
    assert {note.action for note in stage.epic.notes if note.system} == {"epic_date_changed"}


def test_labels_make_events_and_equal_labels_none(stage: Stage) -> None:
    before = len(events(stage.issue, "label"))
    put(stage, add_labels="PS Risk")
    assert len(events(stage.issue, "label")) == before
    put(stage, labels="PS Risk,new one")
    assert [(e.action, e.label.title) for e in events(stage.issue, "label")[before:]] == [
        ("add", "new one"), ("remove", "health::on track"), ("remove", "waiting::customer"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("edition", "expected"), [("ultimate", {"health::red"}), ("free", {"health::red", "health::on track"})]
)
def test_scoped_labels_exclude_each_other_with_a_licence(stages: Any, edition: str, expected: set[str]) -> None:
    stage = stages(edition)
    put(stage, add_labels="health::red")
    assert {label for label in stage.issue.label_titles() if label.startswith("health::")} == expected


def test_state_milestone_weight_and_title_are_kept(stage: Stage) -> None:
    put(stage, state_event="close", milestone_id="", weight=8, title="Renamed")
    assert [event.action for event in events(stage.issue, "state")] == ["closed"]
    assert [event.action for event in events(stage.issue, "milestone")] == ["add", "remove"]
    assert [event.weight for event in events(stage.issue, "weight")] == [8]
    assert "changed title from **{-One-}** to **{+Renamed+}**" in activity(stage.issue)
    assert put(stage, state_event="reopen")["closed_at"] is None


def test_a_note_touches_the_issue_once_a_minute(stage: Stage) -> None:
    stage.world.advance(600)
    stage.client.rest("POST", stage.notes, json={"body": "one"})
    touched = stage.issue.updated_at
    stage.world.advance(30)
    stage.client.rest("POST", stage.notes, json={"body": "two"})
    assert stage.issue.updated_at == touched
    stage.world.advance(40)
    stage.client.rest("POST", stage.notes, json={"body": "three"})
    assert stage.issue.updated_at > touched


def test_a_moved_issue_closes_and_points_on(stage: Stage) -> None:
    target = stage.world.project("acme/archive")
    made = stage.world.move(stage.issue, target)
    old = stage.client.get(f"/projects/{stage.project.id}/issues/1")
    assert (old["state"], old["moved_to_id"]) == ("closed", made.id)
    assert activity(made) == ["moved from acme/customers/globex/migration#1"]


# --- validation ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400), ({"title": " "}, 400), ({"title": "x" * 256}, 400), ({"title": "x", "description": "y" * 1_048_577}, 400),
        ({"title": "x" * 255}, 201), ({"title": "x", "confidential": "maybe"}, 400), ({"title": "x", "due_date": "soon"}, 400),
        ({"title": "x", "start_date": "2026-12-02", "due_date": "2026-12-01"}, 400),
    ],
)  # fmt: skip
def test_issues_are_validated(stage: Stage, body: dict[str, Any], status: int) -> None:
    assert stage.client.rest("POST", f"/projects/{stage.project.id}/issues", json=body).status_code == status


def test_owners_set_iids_and_duplicates_conflict(stage: Stage) -> None:
    owner = stage.client_for("owner", "owner")
    path = f"/projects/{stage.project.id}/issues"
    assert owner.rest("POST", path, json={"title": "x", "iid": 40}).json()["iid"] == 40
    assert owner.rest("POST", path, json={"title": "x", "iid": 40}).status_code == 409
    assert stage.client.rest("POST", path, json={"title": "x", "iid": 40}).json()["iid"] == 41


def test_an_update_of_nothing_is_refused_and_unknown_addresses_are_404(stage: Stage) -> None:
    assert stage.client.rest("PUT", f"/projects/{stage.project.id}/issues/1", json={}).status_code == 400
    assert stage.client.rest("GET", "/nowhere").status_code == 404
    assert stage.client.rest("DELETE", "/metadata").status_code == 405


# --- threads, reactions, internal ----------------------------------------------------------------------------------------


def test_threads_and_replies(stage: Stage) -> None:
    base = f"/projects/{stage.project.id}/issues/1/discussions"
    thread = stage.client.rest("POST", base, json={"body": "Start", "internal": True}).json()
    reply = stage.client.rest("POST", f"{base}/{thread['id']}/notes", json={"body": "Answer"}).json()
    assert (reply["internal"], reply["type"]) == (True, "DiscussionNote")
    assert [note["body"] for note in stage.client.get(f"{base}/{thread['id']}")["notes"]] == ["Start", "Answer"]
    query = "query Q($id: WorkItemID!) { workItem(id: $id) { widgets(onlyTypes: [NOTES]) { ... on WorkItemWidgetNotes { discussions(filter: ONLY_COMMENTS) { nodes { id notes { nodes { id body } } } } } } } }"
    found = stage.client.data(query, id=f"gid://gitlab/WorkItem/{stage.issue.id}")["workItem"]["widgets"][0]
    last = found["discussions"]["nodes"][-1]
    assert last["id"] == f"gid://gitlab/Discussion/{thread['id']}"
    assert [note["id"].split("/")[3] for note in last["notes"]["nodes"]] == ["DiscussionNote", "DiscussionNote"]


def test_internal_can_not_be_changed(stage: Stage) -> None:
    number = stage.client.rest("POST", stage.notes, json={"body": "x"}).json()["id"]
    changed = stage.client.rest("PUT", f"{stage.notes}/{number}", json={"body": "y", "internal": True}).json()
    assert (changed["body"], changed["internal"]) == ("y", False)


def test_reactions_come_once_and_go(stage: Stage) -> None:
    note = next(note for note in stage.issue.notes if not note.system)
    path = f"{stage.notes}/{note.id}/award_emoji"
    made = stage.client.rest("POST", path, json={"name": "thumbsup"}).json()
    assert stage.client.rest("POST", path, json={"name": "thumbsup"}).status_code == 400
    assert [row["user"]["username"] for row in stage.client.get(path)] == ["bob", "psbot"]
    bobs = stage.client.get(path)[0]["id"]
    assert stage.client.rest("DELETE", f"{path}/{bobs}").status_code == 403
    assert stage.client.rest("DELETE", f"{path}/{made['id']}").status_code == 204


# --- GraphQL -------------------------------------------------------------------------------------------------------------


def test_work_item_update_changes_what_is_given(stage: Stage) -> None:
    label = stage.world.label(stage.world.group("acme"), "extra")
    given = {
        "id": f"gid://gitlab/WorkItem/{stage.issue.id}", "title": "New", "stateEvent": "CLOSE",
        "healthStatusWidget": {"healthStatus": "onTrack"}, "descriptionWidget": {"description": "Text"},
        "labelsWidget": {"addLabelIds": [f"gid://gitlab/GroupLabel/{label.id}"]},
        "startAndDueDateWidget": {"dueDate": "2026-12-20"}, "weightWidget": {"weight": 1},
    }  # fmt: skip
    found = stage.client.data(UPDATE, input=given)["workItemUpdate"]
    assert (found["errors"], found["workItem"]["state"], found["workItem"]["title"]) == ([], "CLOSED", "New")
    assert (stage.issue.health, stage.issue.weight, stage.issue.description) == ("on_track", 1, "Text")
    assert "extra" in stage.issue.label_titles()
    assert stage.client.data(UPDATE, input={"id": given["id"], "title": ""})["workItemUpdate"]["errors"] == [
        "Title can't be blank"
    ]


def test_work_items_and_time_are_created(stage: Stage) -> None:
    create = "mutation M($input: WorkItemCreateInput!) { workItemCreate(input: $input) { errors workItem { id reference(full: true) } } }"
    given = {"title": "Child", "namespacePath": "acme/customers", "workItemTypeId": "gid://gitlab/WorkItems::Type/8",
             "hierarchyWidget": {"parentId": f"gid://gitlab/WorkItem/{stage.epic.id}"}}  # fmt: skip
    made = stage.client.data(create, input=given)["workItemCreate"]
    assert (made["errors"], made["workItem"]["reference"]) == ([], "acme/customers&2")
    assert [child.title for child in stage.epic.children] == ["One", "Child"]
    log = "mutation M($input: TimelogCreateInput!) { timelogCreate(input: $input) { errors timelog { timeSpent spentAt } } }"
    spent = {
        "issuableId": f"gid://gitlab/Issue/{stage.issue.id}",
        "timeSpent": "1h 30m",
        "summary": "",
        "spentAt": "2026-11-18",
    }
    assert stage.client.data(log, input=spent)["timelogCreate"]["timelog"]["timeSpent"] == 5400
    future = stage.client.data(log, input={**spent, "spentAt": "2026-11-22"})["timelogCreate"]
    assert future["errors"] == ["Spent at cannot be a future date."]


def test_replies_edits_and_deletions_of_notes(stage: Stage) -> None:
    first = next(note for note in stage.issue.notes if not note.system)
    reply = "mutation M($input: CreateNoteInput!) { createNote(input: $input) { errors note { id body } } }"
    given = {"noteableId": f"gid://gitlab/WorkItem/{stage.issue.id}", "body": "Reply",
             "discussionId": f"gid://gitlab/IndividualNoteDiscussion/{first.discussion_id}"}  # fmt: skip
    number = stage.client.data(reply, input=given)["createNote"]["note"]["id"]
    assert number.startswith("gid://gitlab/DiscussionNote/")
    edit = 'mutation M($id: NoteID!) { updateNote(input: {id: $id, body: "Edited"}) { errors note { body lastEditedAt } } }'
    edited = stage.client.data(edit, id=number.replace("DiscussionNote", "Note"))["updateNote"]["note"]
    assert (edited["body"], edited["lastEditedAt"] is not None) == ("Edited", True)
    destroy = "mutation M($id: NoteID!) { destroyNote(input: {id: $id}) { errors } }"
    assert stage.client.data(destroy, id=number)["destroyNote"]["errors"] == []
    assert stage.client.graphql(destroy, id=number)["errors"]


# --- the logs ------------------------------------------------------------------------------------------------------------


def test_requests_and_writes_are_logged(stage: Stage) -> None:
    stage.client.get("/version")
    stage.client.rest("POST", stage.notes, json={"body": "x"})
    stage.client.data("query Named { currentUser { id } }")
    stage.client.data(UPDATE, input={"id": f"gid://gitlab/WorkItem/{stage.issue.id}", "title": "T"})
    rows = [(r.method, r.operation, r.is_write, r.committed, r.status, r.user) for r in stage.site.requests]
    assert rows == [
        ("GET", None, False, 0, 200, "psbot"), ("POST", None, True, 1, 201, "psbot"),
        ("POST", "Named", False, 0, 200, "psbot"), ("POST", "mutation M", True, 1, 200, "psbot"),
    ]  # fmt: skip
    assert [(write.kind, write.where) for write in stage.site.writes] == [
        ("note.create", stage.issue.reference), ("issue.update", stage.issue.reference),
    ]  # fmt: skip


def test_etags_answer_304(stage: Stage) -> None:
    first = stage.client.rest("GET", "/version")
    again = stage.client.rest("GET", "/version", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert int(first.headers["RateLimit-Remaining"]) > 1000
