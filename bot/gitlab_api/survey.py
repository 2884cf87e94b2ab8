"""What a group holds, for a first config: its groups, projects and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.domain.errors import NotFoundError
from bot.domain.frozen import frozen
from bot.gitlab_api.client import GitLabClient


@frozen
class SeenProject:
    """One project: who sees it without being invited, and whether there is work in it."""

    path: str
    visibility: str = "private"
    open_issues: int = 0
    archived: bool = False


@frozen
class Survey:
    """A group as the token sees it. `children`: its direct subgroups with their visibility."""

    group: str
    visibility: str = "private"
    children: Mapping[str, str] | None = None
    projects: tuple[SeenProject, ...] = ()
    labels: frozenset[str] = frozenset()


def survey_group(client: GitLabClient, group: str) -> Survey:
    """Everything below a group. Raises NotFoundError where the token sees none of that name."""
    top = client.get(f"/groups/{quote(group, safe='')}", with_projects=False)
    base = f"/groups/{int(top['id'])}"
    children = {str(g["full_path"]): str(g.get("visibility", "")) for g in client.get_all(f"{base}/subgroups")}
    projects = tuple(_seen(p) for p in client.get_all(f"{base}/projects", include_subgroups=True))
    listed = client.get_all(f"{base}/labels", include_descendant_groups=True, only_group_labels=False)
    labels = frozenset(str(label["name"]) for label in listed)
    return Survey(str(top["full_path"]), str(top.get("visibility", "")), children, projects, labels)


def find_project(client: GitLabClient, path: str) -> SeenProject | None:
    """A project under its name of today; None where the token sees none."""
    try:
        found = client.get(f"/projects/{quote(path, safe='')}")
    except NotFoundError:
        return None
    return _seen(found)


def _seen(project: Mapping[str, Any]) -> SeenProject:
    return SeenProject(
        str(project["path_with_namespace"]),
        str(project.get("visibility", "")),
        int(project.get("open_issues_count") or 0),
        bool(project.get("archived")),
    )
