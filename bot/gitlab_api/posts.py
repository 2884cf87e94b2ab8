"""Reads what stands where psbot publishes: items and projects by reference, their threads, report issues, reactions.

Places are asked for by name and answered with GitLab's own: its path decides who can read there, its ids are written to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

from bot.errors import GitLabError, NotFoundError
from bot.gitlab_api.client import GitLabClient

_MOVED = "query($id: WorkItemID!) { workItem(id: $id) { iid namespace { fullPath } } }"
_AWARDS = "query($id: NoteID!) { note(id: $id) { awardEmoji { nodes { name user { id username } } } } }"
_EDITED = "query($id: NoteID!) { note(id: $id) { lastEditedAt } }"
_WORK_ITEM = (
    "query($path: ID!, $iid: String!) { namespace(fullPath: $path) { fullPath workItem(iid: $iid) "
    "{ id iid webUrl namespace { fullPath } } } }"
)
_THREADS = (
    "query($id: WorkItemID!, $after: String) { workItem(id: $id) { widgets(onlyTypes: [NOTES]) { ... on WorkItemWidgetNotes "
    "{ discussions(first: 20, after: $after, filter: ONLY_COMMENTS) { pageInfo { hasNextPage endCursor } nodes { id "
    "notes(first: 100) { nodes { id body system internal createdAt url author { id username } } } } } } } } }"
)
MAX_MOVES = 5


@dataclass(frozen=True, slots=True)
class Place:
    """An item or project as GitLab answers it. `api` is its REST path for notes, `edit` the one to change it (for an
    epic they differ: notes go by its legacy id).

    `api` is "" where only GraphQL knows the item (epics of instances without the epics API); `gid` is an epic's global id.
    """

    asked: str
    ref: str
    path: str
    kind: Literal["issue", "epic", "project"]
    api: str
    edit: str
    url: str = ""
    gid: str = ""
    labels: tuple[str, ...] = ()
    state: str = "opened"


@dataclass(frozen=True, slots=True)
class RawNote:
    """A comment; `thread` is the id of its discussion."""

    id: int
    thread: str
    author_id: int
    author: str
    body: str
    created_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class RawIssue:
    """An issue of a project, as far as publishing needs it."""

    iid: int
    author_id: int
    author: str
    title: str
    description: str
    state: str
    created_at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class RawAward:
    """A reaction."""

    name: str
    username: str
    user_id: int
    created_at: datetime


# -- places


def resolve_place(client: GitLabClient, asked: str) -> Place:
    """The item (`group/project#12`, `group&7`) or project (`group/project`). Raises NotFoundError, AccessError, GitLabError."""
    if "#" in asked:
        return _resolve_issue(client, asked, asked, MAX_MOVES)
    if "&" in asked:
        return _resolve_epic(client, asked)
    found = _dict(client.get(f"/projects/{quote(asked, safe='')}"), asked)
    path, api = str(found["path_with_namespace"]), f"/projects/{int(found['id'])}"
    return Place(asked, path, path, "project", api, api, str(found.get("web_url") or ""))


def _resolve_issue(client: GitLabClient, asked: str, ref: str, moves: int) -> Place:
    path, _, iid = ref.partition("#")
    found = _dict(client.get(f"/projects/{quote(path, safe='')}/issues/{int(iid)}"), ref)
    if found.get("moved_to_id"):
        return _resolve_issue(client, asked, _moved_to(client, ref, int(found["moved_to_id"]), moves), moves - 1)
    full = str(found["references"]["full"])
    api = f"/projects/{int(found['project_id'])}/issues/{int(found['iid'])}"
    return Place(asked, full, full.partition("#")[0], "issue", api, api, **_looks(found))


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
    return Place(asked, full, full.partition("&")[0], "epic", api, edit, gid=gid, **_looks(found))


def _resolve_work_item(client: GitLabClient, asked: str, problem: Exception) -> Place:
    """An epic of an instance that has no epics API."""
    path, _, iid = asked.partition("&")
    space = client.graphql(_WORK_ITEM, {"path": path, "iid": iid}).get("namespace") or {}
    item = space.get("workItem")
    if not item:
        raise problem
    full = str((item.get("namespace") or space)["fullPath"])
    return Place(asked, f"{full}&{item['iid']}", full, "epic", "", "", str(item.get("webUrl") or ""), str(item["id"]))


def _looks(found: Mapping[str, Any]) -> dict[str, Any]:
    labels = tuple(str(label) for label in found.get("labels") or ())
    return {"url": str(found.get("web_url") or ""), "labels": labels, "state": str(found.get("state") or "opened")}


def _dict(answer: Any, where: str) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise GitLabError("GitLab's answer is no object", where)
    return answer


# -- what stands there


def read_notes(client: GitLabClient, place: Place) -> list[RawNote]:
    """All comments of an item, thread by thread, oldest first; system notes left out."""
    if not place.api:
        return [note for thread in _graphql_threads(client, place) for note in thread]
    threads = client.get_all(f"{place.api}/discussions")
    found = {note.id: note for thread in threads for note in _rest_notes(thread, place)}
    return list(found.values())


def _rest_notes(thread: Mapping[str, Any], place: Place) -> Iterator[RawNote]:
    for note in thread.get("notes") or ():
        if not note.get("system"):
            yield _note(note, str(thread["id"]), place)


def _note(note: Mapping[str, Any], thread: str, place: Place) -> RawNote:
    author = note.get("author") or {}
    return RawNote(
        int(note["id"]),
        thread,
        int(author.get("id") or 0),
        str(author.get("username") or ""),
        str(note.get("body") or ""),
        _instant(note.get("created_at")),
        f"{place.url}#note_{note['id']}" if place.url else "",
    )


def _graphql_threads(client: GitLabClient, place: Place) -> Iterator[list[RawNote]]:
    after: str | None = None
    while True:
        item = client.graphql(_THREADS, {"id": place.gid, "after": after}).get("workItem") or {}
        page = next((w["discussions"] for w in item.get("widgets") or () if w and w.get("discussions")), None)
        if page is None:
            raise NotFoundError("the notes can't be read", place.asked)
        for thread in page["nodes"]:
            notes = (n for n in thread["notes"]["nodes"] if not n.get("system"))
            yield [_graphql_note(note, str(thread["id"]).rpartition("/")[2], place) for note in notes]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


def _graphql_note(note: Mapping[str, Any], thread: str, place: Place) -> RawNote:
    author = note.get("author") or {}
    plain = {
        "id": id_number(note["id"]),
        "author": {"id": id_number(author["id"]) if author else 0, "username": author.get("username")},
        "body": note.get("body"),
        "created_at": note.get("createdAt"),
    }
    return _note(plain, thread, place)


def read_issues(client: GitLabClient, project: Place, **filters: Any) -> list[RawIssue]:
    """The issues of a project that fit GitLab's own `filters`, open and closed, oldest first.

    By offset (`pagination` none): oldest first that is stable, and GitLab has keyset pages for issues since 18.3 only.
    """
    path = f"{project.api}/issues"
    listed = client.get_all(path, state="all", order_by="created_at", sort="asc", pagination=None, **filters)
    found = {int(issue["iid"]): read_issue(issue) for issue in listed}
    return [found[iid] for iid in sorted(found)]


def read_issue(issue: Mapping[str, Any]) -> RawIssue:
    """GitLab's issue, as far as publishing needs it."""
    author = issue.get("author") or {}
    return RawIssue(
        int(issue["iid"]),
        int(author.get("id") or 0),
        str(author.get("username") or ""),
        str(issue.get("title") or ""),
        str(issue.get("description") or ""),
        str(issue.get("state") or ""),
        _instant(issue.get("created_at")),
        str(issue.get("web_url") or ""),
    )


def read_awards(client: GitLabClient, place: Place, note: int) -> list[RawAward]:
    """The reactions to a note. Where GitLab doesn't tell when (epics without the epics API), the time is the earliest."""
    if not place.api:
        found = client.graphql(_AWARDS, {"id": f"gid://gitlab/Note/{note}"}).get("note") or {}
        return [_graphql_award(award) for award in (found.get("awardEmoji") or {}).get("nodes") or ()]
    return [award for given in _rest_awards(client, place, note) if (award := _rest_award(given))]


def _rest_awards(client: GitLabClient, place: Place, note: int) -> list[Any]:
    """Unlike the notes API, the one of reactions takes an epic's iid (doc/api/emoji_reactions.md); others the id."""
    try:
        return list(client.get_all(f"{place.edit}/notes/{note}/award_emoji"))
    except NotFoundError:
        if place.edit == place.api:
            raise
        return list(client.get_all(f"{place.api}/notes/{note}/award_emoji"))


def _rest_award(given: Mapping[str, Any]) -> RawAward | None:
    user, at = given.get("user") or {}, _instant(given.get("created_at"))
    return RawAward(str(given["name"]), str(user["username"]), int(user["id"]), at) if user and at else None


def _graphql_award(given: Mapping[str, Any]) -> RawAward:
    user = given["user"]
    return RawAward(str(given["name"]), str(user["username"]), id_number(user["id"]), datetime.min.replace(tzinfo=UTC))


def read_edited_at(client: GitLabClient, note: int) -> datetime | None:
    """When a note's text was last changed; None where this GitLab doesn't tell (REST's `updated_at` moves otherwise too)."""
    try:
        found = client.graphql(_EDITED, {"id": f"gid://gitlab/Note/{note}"}).get("note") or {}
    except (GitLabError, NotFoundError):
        return None
    return _instant(found.get("lastEditedAt"))


def read_label_setters(client: GitLabClient, place: Place) -> dict[str, int]:
    """Who last added each label that an item carries: label → user id, from GitLab's label events."""
    if not place.api:
        return {}
    events = client.get_all(f"{place.api}/resource_label_events")
    setters: dict[str, int] = {}
    for event in sorted(events, key=lambda e: (str(e.get("created_at")), int(e["id"]))):
        if event.get("label") and event.get("action") == "add":
            setters[str(event["label"]["name"])] = int((event.get("user") or {}).get("id") or 0)
    return {label: user for label, user in setters.items() if label in place.labels}


def is_bot_user(client: GitLabClient, user_id: int) -> bool:
    """Whether GitLab says that this user is a bot; False where it doesn't tell."""
    try:
        found = client.get(f"/users/{user_id}")
    except (GitLabError, NotFoundError):
        return False
    return isinstance(found, dict) and found.get("bot") is True


def id_number(gid: str) -> int:
    """`gid://gitlab/DiscussionNote/12` → 12: the kind in it varies for one and the same note."""
    return int(str(gid).rpartition("/")[2])


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
