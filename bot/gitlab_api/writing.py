"""The write half: notes, issues and labels, one attempt each. The caller looks before and after (`publish.execute`).

Every function raises where GitLab's answer has no id: that is no success (a text of nothing but quick actions gets 202 and
leaves no note). Who creates gets the id, who updates gets the text that GitLab says it stored (None where it doesn't say).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bot.domain.errors import GitLabError, NotFoundError
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.places import Place, PlaceKind
from bot.gitlab_api.posts import id_number

_CREATE = (
    "mutation($item: NoteableID!, $thread: DiscussionID, $body: String!) { createNote(input: {noteableId: $item, "
    "discussionId: $thread, body: $body}) { errors note { id } } }"
)
_UPDATE = (
    "mutation($id: NoteID!, $body: String!) { updateNote(input: {id: $id, body: $body}) { errors note { id body } } }"
)
_LABELS = "mutation($input: WorkItemUpdateInput!) { workItemUpdate(input: $input) { errors workItem { id } } }"
_DELETE = "mutation($id: NoteID!) { destroyNote(input: {id: $id}) { errors } }"


def create_note(client: GitLabClient, place: Place, body: str, thread: str = "") -> int:
    """Start a thread, or reply in `thread`; the new note's id."""
    if not place.api:
        target = {"item": place.gid, "thread": f"gid://gitlab/Discussion/{thread}" if thread else None, "body": body}
        return _graphql_id(client.graphql(_CREATE, target, write=True), "createNote", place)
    if thread:
        return _id(client.write("POST", f"{place.api}/discussions/{thread}/notes", {"body": body}), place.asked)
    answer = client.write("POST", f"{place.api}/discussions", {"body": body})
    notes = answer.get("notes") if isinstance(answer, dict) else None
    return _id(notes[0] if notes else answer, place.asked)


def update_note(client: GitLabClient, place: Place, note: int, body: str) -> str | None:
    """Replace a note's text; what is stored now."""
    if not place.api:
        answer = client.graphql(_UPDATE, {"id": f"gid://gitlab/Note/{note}", "body": body}, write=True)
        _graphql_id(answer, "updateNote", place)
        return _stored(answer["updateNote"]["note"], "body")
    answer = client.write("PUT", f"{place.api}/notes/{note}", {"body": body})
    _id(answer, place.asked)
    return _stored(answer, "body")


def delete_note(client: GitLabClient, place: Place, note: int) -> None:
    """Delete a note of one's own."""
    if not place.api:
        answer = client.graphql(_DELETE, {"id": f"gid://gitlab/Note/{note}"}, write=True)
        _check_errors(answer.get("destroyNote") or {}, place)
        return
    client.write("DELETE", f"{place.api}/notes/{note}")


def create_issue(
    client: GitLabClient, project: Place, title: str, description: str, labels: Sequence[str], confidential: bool
) -> int:
    """Open an issue; its iid."""
    fields: dict[str, Any] = {"title": title, "description": description, "labels": ",".join(labels)}
    if confidential:
        fields["confidential"] = True
    return _id(client.write("POST", f"{project.api}/issues", fields), project.asked, "iid")


def update_issue(client: GitLabClient, project: Place, iid: int, description: str, close: bool = False) -> str | None:
    """Replace an issue's description and, in the same request, close it; what is stored now."""
    fields = {"description": description} | ({"state_event": "close"} if close else {})
    answer = client.write("PUT", f"{project.api}/issues/{iid}", fields)
    _id(answer, project.asked, "iid")
    return _stored(answer, "description")


def change_labels(client: GitLabClient, place: Place, add: Sequence[str], remove: Sequence[str]) -> None:
    """Add and remove labels; all others stay (`labels` would replace the whole set)."""
    if place.kind == PlaceKind.EPIC and place.gid:
        _change_epic_labels(client, place, add, remove)
        return
    fields = {"add_labels": ",".join(add), "remove_labels": ",".join(remove)}
    _id(client.write("PUT", place.edit, {k: v for k, v in fields.items() if v}), place.asked, "iid")


def _change_epic_labels(client: GitLabClient, place: Place, add: Sequence[str], remove: Sequence[str]) -> None:
    """GraphQL wants ids; the epics API, which can change labels too, is on its way out."""
    group = client.get_all(f"/groups/{quote(place.path, safe='')}/labels")
    ids = {str(label["name"]): f"gid://gitlab/GroupLabel/{int(label['id'])}" for label in group}
    missing = [label for label in add if label not in ids]
    if missing:
        raise NotFoundError(f"no label {missing[0]!r} in the group", place.asked, "`psbot init --labels` creates it.")
    widget = {"addLabelIds": [ids[n] for n in add], "removeLabelIds": [ids[n] for n in remove if n in ids]}
    answer = client.graphql(_LABELS, {"input": {"id": place.gid, "labelsWidget": widget}}, write=True)
    _check_errors(answer.get("workItemUpdate") or {}, place)


def _stored(answer: Mapping[str, Any], key: str) -> str | None:
    return answer[key] if isinstance(answer.get(key), str) else None


def _id(answer: Any, where: str, key: str = "id") -> int:
    if isinstance(answer, dict) and answer.get(key):
        return int(answer[key])
    raise GitLabError("GitLab took the text but stored nothing (its answer has no id)", where)


def _graphql_id(answer: Mapping[str, Any], name: str, place: Place) -> int:
    payload = answer.get(name) or {}
    _check_errors(payload, place)
    if not payload.get("note"):
        raise GitLabError("GitLab took the text but stored nothing (its answer has no note)", place.asked)
    return id_number(payload["note"]["id"])


def _check_errors(payload: Mapping[str, Any], place: Place) -> None:
    if payload.get("errors"):
        raise GitLabError("; ".join(str(e) for e in payload["errors"])[:300], place.asked)
