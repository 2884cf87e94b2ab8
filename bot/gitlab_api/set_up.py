"""What `psbot new` reads of a project, and makes there; one attempt each, nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from bot.domain.errors import GitLabError, NotFoundError
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.rights import level_permitted, require_sight


@dataclass(frozen=True, slots=True)
class ProjectState:
    """Labels (also of the groups above), milestones by title, and the issues that `part_of` knows, by part."""

    labels: frozenset[str]
    milestones: dict[str, int]
    issues: dict[str, int]


def read_project(client: GitLabClient, path: str, part_of: Callable[[str], str | None]) -> ProjectState | None:
    """What stands in a project; None where there is none that the token can see.

    Raises AccessError for a guest, who would miss what stands and make it twice.
    """
    base = f"/projects/{quote(path, safe='')}"
    try:
        project = client.get(base)
    except NotFoundError:
        return None
    require_sight(level_permitted(project), path)
    labels = frozenset(str(label["name"]) for label in client.get_all(f"{base}/labels"))
    milestones = {str(m["title"]): int(m["id"]) for m in client.get_all(f"{base}/milestones")}
    issues: dict[str, int] = {}
    listed = client.get_all(f"{base}/issues", state="all", order_by="created_at", sort="asc", pagination=None)
    for issue in listed:
        part = part_of(str(issue.get("description") or ""))
        if part is not None:
            issues.setdefault(part, int(issue["iid"]))
    return ProjectState(labels, milestones, issues)


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
