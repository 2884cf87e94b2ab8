"""What `psbot new` reads of a group or project, and makes there; one attempt each, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from bot.domain.errors import AccessError, GitLabError, NotFoundError
from bot.domain.frozen import frozen
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.rights import level_permitted, require_sight

Keys = Callable[[str], Iterable[str]]


@frozen
class SpaceState:
    """Labels (also of the groups above), milestones by title, and issues or epics by the keys that their text bears."""

    labels: frozenset[str]
    milestones: dict[str, int]
    items: dict[str, int]


def read_project(client: GitLabClient, path: str, keys: Keys) -> SpaceState | None:
    """What stands in a project; None where there is none that the token can see.

    Raises AccessError for a guest, who would miss what stands and make it twice.
    """
    base = f"/projects/{quote(path, safe='')}"
    try:
        project = client.get(base)
    except NotFoundError:
        return None
    require_sight(level_permitted(project), path)
    milestones = {str(m["title"]): int(m["id"]) for m in client.get_all(f"{base}/milestones")}
    listed = client.get_all(f"{base}/issues", state="all", order_by="created_at", sort="asc", pagination=None)
    return SpaceState(_labels(client, base), milestones, _by_key(listed, keys))


def read_group(client: GitLabClient, path: str, keys: Keys) -> SpaceState | None:
    """What stands in a group itself; None where there is none that the token can see."""
    base = f"/groups/{quote(path, safe='')}"
    try:
        client.get(base, with_projects=False)
    except NotFoundError:
        return None
    try:
        epics = list(client.get_all(f"{base}/epics", include_descendant_groups=False, sort="asc"))
    except (NotFoundError, AccessError):
        return SpaceState(_labels(client, base), {}, {})
    return SpaceState(_labels(client, base), {}, _by_key(epics, keys))


def exists_group(client: GitLabClient, path: str) -> bool:
    """Whether the token sees that group."""
    try:
        client.get(f"/groups/{quote(path, safe='')}", with_projects=False)
    except NotFoundError:
        return False
    return True


def has_epics(client: GitLabClient, path: str) -> bool:
    """Whether a group that exists may hold epics."""
    try:
        client.get(f"/groups/{quote(path, safe='')}/epics", per_page=1)
    except (NotFoundError, AccessError):
        return False
    return True


def _labels(client: GitLabClient, base: str) -> frozenset[str]:
    return frozenset(str(label["name"]) for label in client.get_all(f"{base}/labels"))


def _by_key(listed: Iterable[Mapping[str, Any]], keys: Keys) -> dict[str, int]:
    """The oldest of each key."""
    found: dict[str, int] = {}
    for item in listed:
        for key in keys(str(item.get("description") or "")):
            found.setdefault(key, int(item["iid"]))
    return found


def create_group(client: GitLabClient, path: str, name: str) -> None:
    """A private subgroup of a group that exists. Raises NotFoundError, AccessError or GitLabError."""
    above, _, slug = path.rpartition("/")
    parent = client.get(f"/groups/{quote(above, safe='')}", with_projects=False)
    fields = {"name": name, "path": slug, "parent_id": int(parent["id"]), "visibility": "private"}
    client.write("POST", "/groups", fields)


def create_epic(
    client: GitLabClient,
    group: str,
    title: str,
    description: str,
    *,
    labels: Sequence[str] = (),
    start: date | None = None,
    due: date | None = None,
) -> int:
    """An epic of a group; its iid."""
    fields: dict[str, Any] = {"title": title, "description": description, "labels": ",".join(labels)}
    for name, day in (("start_date", start), ("due_date", due)):
        fields |= {f"{name}_is_fixed": True, f"{name}_fixed": day.isoformat()} if day else {}
    return _number(client.write("POST", f"/groups/{quote(group, safe='')}/epics", fields), "iid", group)


def create_project(client: GitLabClient, path: str, name: str) -> None:
    """A private project in a group that exists. Raises NotFoundError, AccessError or GitLabError."""
    group, _, slug = path.rpartition("/")
    parent = client.get(f"/groups/{quote(group, safe='')}", with_projects=False)
    fields = {"name": name, "path": slug, "namespace_id": int(parent["id"]), "visibility": "private"}
    client.write("POST", "/projects", fields)


def create_milestone(client: GitLabClient, project: str, title: str, due: date | None) -> int:
    """A milestone of a project; its id."""
    fields = {"title": title} | ({"due_date": due.isoformat()} if due else {})
    answer = client.write("POST", f"/projects/{quote(project, safe='')}/milestones", fields)
    return _number(answer, "id", project)


def create_issue(
    client: GitLabClient,
    project: str,
    title: str,
    description: str,
    *,
    labels: Sequence[str] = (),
    milestone: int | None = None,
    due: date | None = None,
    assignee: str | None = None,
) -> int:
    """An issue with everything that belongs to it, in one request; its iid."""
    fields: dict[str, Any] = {"title": title, "description": description, "labels": ",".join(labels)}
    fields |= {"milestone_id": milestone} if milestone else {}
    fields |= {"due_date": due.isoformat()} if due else {}
    user = _user_id(client, assignee) if assignee else None
    fields |= {"assignee_ids": [user]} if user else {}
    return _number(client.write("POST", f"/projects/{quote(project, safe='')}/issues", fields), "iid", project)


def _user_id(client: GitLabClient, username: str) -> int | None:
    found = client.get("/users", username=username)
    return int(found[0]["id"]) if isinstance(found, list) and found else None


def _number(answer: Any, key: str, where: str) -> int:
    if isinstance(answer, dict) and answer.get(key):
        return int(answer[key])
    raise GitLabError("GitLab took it but stored nothing (its answer has no id)", where)
