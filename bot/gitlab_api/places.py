"""Items and projects by reference: asked for by name, answered with GitLab's own.

GitLab's path decides who can read there, and its ids are what is written to.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from bot.domain.errors import GitLabError, NotFoundError
from bot.domain.frozen import frozen
from bot.domain.model import Target
from bot.domain.vocabulary import ItemState
from bot.gitlab_api.client import GitLabClient

_MOVED = "query($id: WorkItemID!) { workItem(id: $id) { iid namespace { fullPath } } }"
_WORK_ITEM = (
    "query($path: ID!, $iid: String!) { namespace(fullPath: $path) { fullPath workItem(iid: $iid) "
    "{ id iid webUrl namespace { fullPath } } } }"
)
MAX_MOVES = 5


class PlaceKind(StrEnum):
    """What a place is in GitLab."""

    ISSUE = "issue"
    EPIC = "epic"
    PROJECT = "project"


@frozen
class Place:
    """An item or project as GitLab answers it. `api` is its REST path for notes, `edit` the one to change it (for an
    epic they differ: notes go by its legacy id).

    `api` is "" where only GraphQL knows the item (epics of instances without the epics API); `gid` is an epic's global id.
    """

    asked: str
    ref: str
    path: str
    kind: PlaceKind
    api: str
    edit: str
    url: str = ""
    gid: str = ""
    labels: tuple[str, ...] = ()
    state: ItemState = ItemState.OPENED


def resolve_place(client: GitLabClient, asked: str) -> Place:
    """The item (`group/project#12`, `group&7`) or project (`group/project`). Raises NotFoundError, AccessError, GitLabError."""
    if "#" in asked:
        return _resolve_issue(client, asked, asked, MAX_MOVES)
    if "&" in asked:
        return _resolve_epic(client, asked)
    found = _dict(client.get(f"/projects/{quote(asked, safe='')}"), asked)
    path, api = str(found["path_with_namespace"]), f"/projects/{int(found['id'])}"
    return Place(asked, path, path, PlaceKind.PROJECT, api, api, str(found.get("web_url") or ""))


def place_of(asked: str, target: Target) -> Place | None:
    """The place of an item or project that was read already; None when GitLab has to be asked for its id."""
    if "#" not in target.ref and "&" not in target.ref:
        api = f"/projects/{quote(target.ref, safe='')}"
        return Place(asked, target.ref, target.ref, PlaceKind.PROJECT, api, api, target.web_url)
    if "#" in target.ref:
        path, _, iid = target.ref.partition("#")
        api = f"/projects/{quote(path, safe='')}/issues/{iid}"
        return Place(asked, target.ref, path, PlaceKind.ISSUE, api, api, target.web_url, labels=target.labels)
    if target.epic_id is None:
        return None
    path, _, iid = target.ref.partition("&")
    group = f"/groups/{quote(path, safe='')}/epics"
    gid = f"gid://gitlab/WorkItem/{target.item_id}" if target.item_id else ""
    edit, api = f"{group}/{iid}", f"{group}/{target.epic_id}"
    return Place(asked, target.ref, path, PlaceKind.EPIC, api, edit, target.web_url, gid, target.labels)


def _resolve_issue(client: GitLabClient, asked: str, ref: str, moves: int) -> Place:
    path, _, iid = ref.partition("#")
    found = _dict(client.get(f"/projects/{quote(path, safe='')}/issues/{int(iid)}"), ref)
    if found.get("moved_to_id"):
        return _resolve_issue(client, asked, _moved_to(client, ref, int(found["moved_to_id"]), moves), moves - 1)
    full = str(found["references"]["full"])
    api = f"/projects/{int(found['project_id'])}/issues/{int(found['iid'])}"
    return Place(asked, full, full.partition("#")[0], PlaceKind.ISSUE, api, api, **_looks(found))


def _moved_to(client: GitLabClient, ref: str, number: int, moves: int) -> str:
    """Where a moved issue is now: GitLab answers with a number that REST tells to administrators only."""
    answer = client.graphql(_MOVED, {"id": f"gid://gitlab/WorkItem/{number}"}) if moves else {}
    item = answer.get("workItem") or {}
    path = (item.get("namespace") or {}).get("fullPath")
    if not path:
        raise NotFoundError("was moved to a place that the token can't see", ref, "Name its new reference instead.")
    return f"{path}#{item['iid']}"


def _resolve_epic(client: GitLabClient, asked: str) -> Place:
    path, _, iid = asked.partition("&")
    try:
        found = _dict(client.get(f"/groups/{quote(path, safe='')}/epics/{int(iid)}"), asked)
    except (NotFoundError, GitLabError) as problem:
        return _resolve_work_item(client, asked, problem)
    full = str(found["references"]["full"])
    group = f"/groups/{int(found['group_id'])}/epics"
    edit, api = f"{group}/{int(found['iid'])}", f"{group}/{int(found['id'])}"
    gid = f"gid://gitlab/WorkItem/{found['work_item_id']}" if found.get("work_item_id") else ""
    return Place(asked, full, full.partition("&")[0], PlaceKind.EPIC, api, edit, gid=gid, **_looks(found))


def _resolve_work_item(client: GitLabClient, asked: str, problem: Exception) -> Place:
    """An epic of an instance that has no epics API."""
    path, _, iid = asked.partition("&")
    space = client.graphql(_WORK_ITEM, {"path": path, "iid": iid}).get("namespace") or {}
    item = space.get("workItem")
    if not item:
        raise problem
    full = str((item.get("namespace") or space)["fullPath"])
    return Place(
        asked, f"{full}&{item['iid']}", full, PlaceKind.EPIC, "", "", str(item.get("webUrl") or ""), str(item["id"])
    )


def _looks(found: Mapping[str, Any]) -> dict[str, Any]:
    labels = tuple(str(label) for label in found.get("labels") or ())
    return {"url": str(found.get("web_url") or ""), "labels": labels, "state": str(found.get("state") or "opened")}


def _dict(answer: Any, where: str) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise GitLabError("GitLab's answer is not an object", where)
    return answer
