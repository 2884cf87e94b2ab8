"""Reads what stands at a place where psbot publishes: threads, report issues, reactions, label events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from bot.domain.errors import AccessError, GitLabError, NotFoundError
from bot.domain.frozen import frozen
from bot.gitlab_api.answers import nodes_of
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.paging import Pages
from bot.gitlab_api.places import Place

_AWARDS = "query($id: NoteID!) { note(id: $id) { awardEmoji { nodes { name user { id username state } } } } }"
_EDITED = "query($id: NoteID!) { note(id: $id) { lastEditedAt } }"
_THREADS = (
    "query($id: WorkItemID!, $after: String) { workItem(id: $id) { widgets(onlyTypes: [NOTES]) { ... on WorkItemWidgetNotes "
    "{ discussions(first: 20, after: $after, filter: ONLY_COMMENTS) { pageInfo { hasNextPage endCursor } nodes { id "
    "notes(first: 100) { nodes { id body system internal createdAt url author { id username } } } } } } } } }"
)


@frozen
class RawText:
    """What somebody wrote, and when: as much of it as notes and issues have in common."""

    id: int
    """A note's id, or an issue's iid."""
    author_id: int
    author: str
    body: str
    created_at: datetime | None
    url: str


@frozen
class RawNote(RawText):
    """A comment; `thread` is the id of its discussion."""

    thread: str


@frozen
class RawIssue(RawText):
    """An issue of a project, as far as publishing needs it."""

    title: str
    state: str
    comments: int = 0


@frozen
class RawAward:
    """A reaction."""

    name: str
    username: str
    user_id: int
    created_at: datetime
    active: bool = True
    """Whether the account can still sign in: not blocked, banned or deactivated."""


# -- what stands there


def read_notes(client: GitLabClient, place: Place) -> list[RawNote]:
    """All comments of an item, thread by thread, oldest first; system notes left out."""
    if not place.api:
        return [note for thread in _graphql_threads(client, place) for note in thread]
    threads = client.get_all(f"{place.api}/discussions")
    found = {note.id: note for thread in threads for note in _rest_notes(thread, place)}
    return list(found.values())


def read_note(client: GitLabClient, place: Place, note: int) -> RawNote | None:
    """One comment of an item (without its thread); None when it is not there any more."""
    try:
        found = client.get(f"{place.api}/notes/{note}")
    except NotFoundError:
        return None
    return _note(found, "", place) if isinstance(found, Mapping) and not found.get("system") else None


def read_one_issue(client: GitLabClient, project: Place, iid: int) -> RawIssue | None:
    """One issue of a project; None when it is not there any more."""
    try:
        found = client.get(f"{project.api}/issues/{iid}")
    except NotFoundError:
        return None
    return read_issue(found) if isinstance(found, Mapping) else None


def _rest_notes(thread: Mapping[str, Any], place: Place) -> Iterator[RawNote]:
    for note in thread.get("notes") or ():
        if not note.get("system"):
            yield _note(note, str(thread["id"]), place)


def _note(note: Mapping[str, Any], thread: str, place: Place) -> RawNote:
    url = f"{place.url}#note_{note['id']}" if place.url else ""
    return RawNote(**_written(note, "id", "body", url), thread=thread)


def _written(given: Mapping[str, Any], number: str, text: str, url: str) -> dict[str, Any]:
    """What notes and issues have in common; `number` and `text` name the fields that hold theirs."""
    author = given.get("author") or {}
    return {
        "id": int(given[number]),
        "author_id": int(author.get("id") or 0),
        "author": str(author.get("username") or ""),
        "body": str(given.get(text) or ""),
        "created_at": _instant(given.get("created_at")),
        "url": url,
    }


def _graphql_threads(client: GitLabClient, place: Place) -> Iterator[list[RawNote]]:
    after: str | None = None
    pages = Pages(place.asked)
    while True:
        item = client.graphql(_THREADS, {"id": place.gid, "after": after}).get("workItem") or {}
        page = next((w["discussions"] for w in item.get("widgets") or () if w and w.get("discussions")), None)
        if page is None:
            raise NotFoundError("the notes can't be read", place.asked)
        threads = nodes_of(page)
        for thread in threads:
            notes = (n for n in nodes_of(thread.get("notes")) if not n.get("system"))
            yield [_graphql_note(note, str(thread["id"]).rpartition("/")[2], place) for note in notes]
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = str(page["pageInfo"]["endCursor"])
        pages.turn(after, [str(thread["id"]) for thread in threads])


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


def read_newest_issues(client: GitLabClient, project: Place, count: int) -> list[RawIssue]:
    """The newest issues of a project, whoever opened them."""
    path = f"{project.api}/issues"
    listed = client.get_all(path, state="all", order_by="created_at", sort="desc", pagination=None)
    return [read_issue(issue) for issue in islice(listed, count)]


def read_issue(issue: Mapping[str, Any]) -> RawIssue:
    """GitLab's issue, as far as publishing needs it."""
    return RawIssue(
        **_written(issue, "iid", "description", str(issue.get("web_url") or "")),
        title=str(issue.get("title") or ""),
        state=str(issue.get("state") or ""),
        comments=int(issue.get("user_notes_count") or 0),
    )


def read_awards(client: GitLabClient, place: Place, note: int) -> list[RawAward]:
    """The reactions to a note. Where GitLab doesn't tell when (epics without the epics API), the time is the earliest."""
    if not place.api:
        found = client.graphql(_AWARDS, {"id": f"gid://gitlab/Note/{note}"}).get("note") or {}
        return [_graphql_award(award) for award in nodes_of(found.get("awardEmoji")) if award.get("user")]
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
    if not user or not at:
        return None
    return RawAward(str(given["name"]), str(user["username"]), int(user["id"]), at, _is_active(user))


def _is_active(user: Mapping[str, Any]) -> bool:
    return str(user.get("state") or "active") == "active"


def _graphql_award(given: Mapping[str, Any]) -> RawAward:
    user = given["user"]
    return RawAward(
        str(given["name"]),
        str(user["username"]),
        id_number(user["id"]),
        datetime.min.replace(tzinfo=UTC),
        _is_active(user),
    )


def read_edited_at(client: GitLabClient, note: int) -> datetime | None:
    """When a note's text was last changed; None where this GitLab doesn't tell (REST's `updated_at` moves otherwise too)."""
    try:
        found = client.graphql(_EDITED, {"id": f"gid://gitlab/Note/{note}"}).get("note") or {}
    except (GitLabError, NotFoundError, AccessError):
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


def id_number(gid: str) -> int:
    """`gid://gitlab/DiscussionNote/12` → 12: the kind in it varies for one and the same note."""
    return int(str(gid).rpartition("/")[2])


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None
