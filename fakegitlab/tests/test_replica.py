"""A replica that lags, and what archived, locked and moved places do."""

from __future__ import annotations

from typing import Any

from fakegitlab.tests.conftest import Stage


def bodies(stage: Stage) -> list[str]:
    return [note["body"] for note in stage.client.get(stage.notes) if not note["system"]]


def post(stage: Stage, text: str) -> int:
    return stage.client.rest("POST", stage.notes, json={"body": text}).status_code


def test_a_lagging_replica_shows_what_stood_before_and_then_catches_up(stage: Stage) -> None:
    stood = bodies(stage)
    stage.site.replica.lag = 2
    assert bodies(stage) == stood
    assert post(stage, "New") == 201
    assert [bodies(stage), bodies(stage)] == [stood, stood]
    assert sorted(bodies(stage)) == sorted(["New", *stood])
    assert stage.site.replica.stale == 2


def test_it_shows_what_was_deleted_and_how_it_read_before_an_edit(stage: Stage) -> None:
    mine = stage.client.rest("POST", stage.notes, json={"body": "First"}).json()["id"]
    assert "First" in bodies(stage)
    stage.site.replica.lag = 9
    bodies(stage)
    stage.client.rest("PUT", f"{stage.notes}/{mine}", json={"body": "Second"})
    assert "First" in bodies(stage)
    stage.client.rest("DELETE", f"{stage.notes}/{mine}")
    assert "First" in bodies(stage)
    stage.site.replica.lag = 0
    assert not {"First", "Second"} & set(bodies(stage))
    assert len(stage.issue.notes) == len({note.id for note in stage.issue.notes})


def test_in_an_archived_project_everybody_reads_and_nobody_writes(stage: Stage) -> None:
    mine = stage.client.rest("POST", stage.notes, json={"body": "x"}).json()["id"]
    stage.project.archived = True
    assert "x" in bodies(stage)
    issue = f"/projects/{stage.project.id}/issues"
    tries: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", stage.notes, {"body": "y"}),
        ("PUT", f"{stage.notes}/{mine}", {"body": "y"}),
        ("DELETE", f"{stage.notes}/{mine}", {}),
        ("POST", issue, {"title": "y"}),
        ("PUT", f"{issue}/{stage.issue.iid}", {"title": "y"}),
    ]
    assert [stage.client.rest(method, path, json=body).status_code for method, path, body in tries] == [403] * 5


def test_a_locked_discussion_is_for_members(stage: Stage) -> None:
    stage.issue.locked = True
    stage.project.visibility = "public"
    stranger = stage.world.token(stage.world.user("stranger"), role=None).value
    answer = stage.client.session.post(
        f"{stage.site.url}/api/v4{stage.notes}", json={"body": "x"}, headers={"PRIVATE-TOKEN": stranger}, timeout=60
    )
    assert answer.status_code == 403
    assert post(stage, "x") == 201


def test_notes_go_along_when_an_issue_moves(stage: Stage) -> None:
    stood = bodies(stage)
    made = stage.world.move(stage.issue, stage.world.project("acme/elsewhere"))
    moved = stage.client.get(f"/projects/{made.namespace.id}/issues/{made.iid}/notes")
    assert [note["body"] for note in moved if not note["system"]] == stood
    assert bodies(stage) == stood
