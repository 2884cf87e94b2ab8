"""Quick actions, mentions and cross references: what a text does besides being stored."""

from __future__ import annotations

from typing import Any

import pytest

from fakegitlab.entities import Item, Note
from fakegitlab.markdown import find_references
from fakegitlab.tests.conftest import Stage


def post(stage: Stage, body: str) -> Any:
    return stage.client.rest("POST", stage.notes, json={"body": body})


# --- quick actions -------------------------------------------------------------------------------------------------------


def test_commands_run_and_vanish_from_the_text(stage: Stage) -> None:
    body = 'Before\n/label ~"PSProject"\n/spend 1h 2026-11-19\n/weight 8\n\nAfter\n\n/close\n/health_status on_track'
    answer = post(stage, body)
    assert (answer.status_code, answer.json()["body"]) == (201, "Before\n\nAfter")
    issue = stage.issue
    assert (issue.state, issue.weight, issue.health) == ("closed", 8, "on_track")
    assert "PSProject" in issue.label_titles()
    assert issue.timelogs[-1].spent_at.date().isoformat() == "2026-11-19"
    assert [event.action for event in issue.events if event.kind == "state"] == ["closed"]


@pytest.mark.parametrize(
    "body",
    [
        "\\/close", "&#47;close", " /close", "text /close", "> /close", "- /close", "1. /close", "# /close", "`/close`",
        "`a\n/close\nb`", "```\n/close\n```", "    /close", "<div>\n/close\n</div>", "<!--\n/close\n-->",
        "| a |\n| --- |\n| /close |", "/nosuchcommand", "/close-up", "Setext\n/close\n===",
    ],
)  # fmt: skip
def test_text_that_is_no_command(stage: Stage, body: str) -> None:
    post(stage, body + "\n\nand more")
    assert stage.issue.state == "opened"
    assert stage.world.commands_run == []


@pytest.mark.parametrize("body", ["<!-- marker -->\n/close", "a\r\n/close", "a  \n/close\nb", "/CLOSE", "*a*\n/close"])
def test_text_that_is_a_command_after_all(stage: Stage, body: str) -> None:
    post(stage, body)
    assert stage.issue.state == "closed"


def test_commands_alone_make_no_note_and_refused_ones_are_400(stage: Stage) -> None:
    before = len(stage.issue.notes)
    answer = post(stage, "/todo")
    assert answer.status_code == 202
    assert "id" not in answer.json()
    assert answer.json()["summary"] == ["Added a to-do item."]
    assert post(stage, "/merge").status_code == 400
    assert post(stage, "/reopen").status_code == 400
    assert len(stage.issue.notes) == before


def test_an_edit_runs_commands_and_one_to_commands_alone_deletes(stage: Stage) -> None:
    number = post(stage, "Plain").json()["id"]
    stage.client.rest("PUT", f"{stage.notes}/{number}", json={"body": "Edited\n/confidential"})
    assert stage.issue.confidential
    stage.client.rest("PUT", f"{stage.notes}/{number}", json={"body": "/close"})
    assert stage.client.rest("GET", f"{stage.notes}/{number}").status_code == 404
    assert stage.issue.state == "closed"


def test_descriptions_run_commands_too(stage: Stage) -> None:
    base = f"/projects/{stage.project.id}/issues"
    made = stage.client.rest(
        "POST", base, json={"title": "/close", "description": "Text\n/due 2026-12-24\n/assign @bob"}
    )
    assert made.json()["description"] == "Text"
    assert (made.json()["due_date"], made.json()["assignee"]["username"]) == ("2026-12-24", "bob")
    assert made.json()["title"] == "/close"
    stage.client.rest("PUT", f"{base}/{made.json()['iid']}", json={"description": "Text\n\n/close"})
    assert stage.client.get(f"{base}/{made.json()['iid']}")["state"] == "closed"


def test_a_guests_commands_are_refused(stage: Stage) -> None:
    guest = stage.client_for("guest", "guest")
    guest.rest("POST", stage.notes, json={"body": "Please\n/close"})
    assert stage.issue.state == "opened"


def test_graphql_tells_what_the_commands_did(stage: Stage) -> None:
    query = (
        "mutation M($id: NoteableID!, $body: String!) { createNote(input: {noteableId: $id, body: $body}) "
        "{ note { id } errors quickActionsStatus { commandNames commandsOnly messages errorMessages } } }"
    )
    found = stage.client.data(query, id=f"gid://gitlab/WorkItem/{stage.issue.id}", body="/close\n/merge")["createNote"]
    assert found["note"] is None
    assert found["quickActionsStatus"] == {
        "commandNames": ["close", "merge"],
        "commandsOnly": True,
        "messages": ["Closed this issue."],
        "errorMessages": ["Could not apply merge command."],
    }


# --- what is stored ------------------------------------------------------------------------------------------------------


def test_the_server_stores_a_slightly_altered_text(stage: Stage) -> None:
    assert post(stage, "a\r\nb  \r\n\r\n  ").json()["body"] == "a\nb"
    assert stage.world.notes[post(stage, "  lead").json()["id"]].body == "  lead"


def test_blank_and_too_long_bodies_are_refused(stage: Stage) -> None:
    assert post(stage, " \n").status_code == 400
    assert post(stage, "x" * 1_000_001).status_code == 400
    assert stage.client.rest("POST", stage.notes, json={}).json() == {"error": "body is missing"}


def test_a_lone_emoji_becomes_a_reaction(stage: Stage) -> None:
    assert post(stage, ":tada:").json()["name"] == "tada"
    assert [award.name for award in stage.issue.awards] == ["tada"]


def test_five_thousand_comments_are_enough(stage: Stage) -> None:
    for number in range(4_999):
        stage.world.note(stage.other, f"Note {number}")
    path = f"/projects/{stage.project.id}/issues/2/notes"
    assert stage.client.rest("POST", path, json={"body": "the last"}).status_code == 201
    assert stage.client.rest("POST", path, json={"body": "too many"}).status_code == 400


# --- references ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("@ann", "user"), ("#2", "issue"), ("a/b#2", "issue"), ("GL-2", "issue"), ("[issue:2]", "issue"), ("!3", "merge_request"),
        ("&4", "epic"), ("a&4", "epic"), ("%5", "milestone"), ('%"Phase 1"', "milestone"), ("~bug", "label"), ("$6", "snippet"),
        ("^alert#7", "alert"), ("deadbeef1", "commit"), ("[[page]]", "wiki"), ("a/b>", "project"), ("&#64;ann", "user"),
        ("<b>@ann</b>", "user"), ("https://x/a/b/-/issues/3", "issue"), ("[t](https://x/groups/a/-/epics/3)", "epic"),
        ("https://x/a/b/-/work_items/3", "issue"),
    ],
)  # fmt: skip
def test_references_are_found(text: str, kind: str) -> None:
    assert kind in {reference.kind for reference in find_references(f"see {text} there", "https://x")}


@pytest.mark.parametrize(
    "text",
    [
        "`@ann #2`", "```\n@ann\n```", "\\@ann", "\\#2", "\\!3", "\\&4", "\\~bug", "\\%5", "\\$6", "mail@example.com",
        "<!-- @ann #2 -->", "<code>@ann</code>", "<pre>#2</pre>", "[@ann](https://y)", "`GL-2`", "&amp;", "5%", "https://y/@ann",
        "G\u2060L-2", "`deadbeef1`", "1234567", "feedbac",
    ],
)  # fmt: skip
def test_neutral_text_has_no_reference(text: str) -> None:
    assert find_references(f"see\n\n{text}\n\nthere", "https://x") == []


def test_a_mention_notifies_and_a_reference_leaves_a_note(stage: Stage) -> None:
    post(stage, "@bob look at #2 and acme/customers&1")
    assert {(n.user.username, n.reason) for n in stage.world.notifications} == {("bob", "mentioned"), ("ann", "author")}
    assert system_notes(stage.other) == [("mentioned in issue #1", "cross_reference")]
    assert system_notes(stage.epic)[-1] == ("mentioned in issue acme/customers/globex/migration#1", "cross_reference")
    assert {mention.kind for mention in stage.world.mentions} == {"user", "issue", "epic"}


def system_notes(item: Item) -> list[tuple[str, str | None]]:
    return [(note.body, note.action) for note in item.notes if note.system]


def test_an_edit_notifies_only_who_is_newly_mentioned(stage: Stage) -> None:
    number = post(stage, "Hi @ann").json()["id"]
    stage.world.notifications.clear()
    stage.client.rest("PUT", f"{stage.notes}/{number}", json={"body": "Hi @ann, no news"})
    assert stage.world.notifications == []
    stage.client.rest("PUT", f"{stage.notes}/{number}", json={"body": "Hi @ann and @bob"})
    assert [n.user.username for n in stage.world.notifications] == ["bob"]


def test_groups_and_all_mention_everybody(stage: Stage) -> None:
    post(stage, "@acme")
    assert {n.user.username for n in stage.world.notifications} >= {"ann", "bob"}


def test_internal_notes_reach_only_staff(stage: Stage) -> None:
    stage.client_for("customer", "guest")
    stage.client.rest("POST", stage.notes, json={"body": "@customer @bob", "internal": True})
    assert "customer" not in {n.user.username for n in stage.world.notifications}


def test_an_unchanged_edit_leaves_no_trace(stage: Stage) -> None:
    number = post(stage, "Same").json()["id"]
    note: Note = stage.world.notes[number]
    writes = len(stage.site.writes)
    stage.client.rest("PUT", f"{stage.notes}/{number}", json={"body": "Same \r\n"})
    assert note.last_edited_at is None
    assert len(stage.site.writes) == writes
