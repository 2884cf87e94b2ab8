"""May this token read, and write? Asked before anything is written, so that a run that can't ends at once (exit code 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import AccessError, GitLabError, NotFoundError
from bot.gitlab_api.client import GitLabClient

GUEST = 10
STAFF = 15
"""Planner (GitLab 17.7); before, Reporter: from this role on one sees confidential items and edits others'."""
ROLES = {
    0: "no access", 5: "minimal access", 10: "guest", 15: "planner", 20: "reporter", 25: "security manager",
    30: "developer", 40: "maintainer", 50: "owner", 60: "owner",
}  # fmt: skip


def token_record(client: GitLabClient) -> dict[str, Any]:
    """What GitLab tells of the token itself (scopes, expiry); empty where it doesn't (OAuth tokens, servers before 15.5)."""
    try:
        found = client.get("/personal_access_tokens/self")
    except (AccessError, GitLabError, NotFoundError):
        return {}
    return found if isinstance(found, dict) else {}


def require_read(client: GitLabClient) -> None:
    """Raises AccessError when the token is known to lack every scope that reads more than its own user."""
    scopes = token_record(client).get("scopes")
    if scopes is not None and not {"api", "read_api"} & set(map(str, scopes)):
        have = ", ".join(sorted(map(str, scopes))) or "none"
        raise AccessError(f"the token may not read (scopes: {have})", client.url, "Make one with scope `read_api`.")


def require_write(client: GitLabClient) -> None:
    """Raises AccessError when the token is known to lack the scope that every write needs."""
    _ = client.user  # a refused token is told as such, not as one without scopes
    scopes = token_record(client).get("scopes")
    if scopes is not None and "api" not in scopes:
        have = ", ".join(sorted(map(str, scopes))) or "none"
        advice = "Make one with scope `api`, or look only: psbot run --dry-run."
        raise AccessError(f"the token may read but not write (scopes: {have})", client.url, advice)


def require_sight(level: int, path: str) -> None:
    """Raises AccessError where the token's user is a guest: half of a place is no basis for a report.

    Nothing is concluded from no role at all: administrators have none, nor have those whose role begins further down.
    """
    if GUEST <= level < STAFF:
        raise AccessError(
            "the token's user is only a guest there, who sees neither confidential items nor logged hours",
            path,
            "Give it the role Planner (GitLab 17.7 and newer) or Reporter.",
        )


def level_told(found: Mapping[str, Any]) -> int:
    """The token's own role, as GraphQL tells it of a group or project; 0 where it doesn't."""
    return int((found.get("maxAccessLevel") or {}).get("integerValue") or 0)


def level_permitted(project: Mapping[str, Any]) -> int:
    """The same, as REST tells it of a project."""
    permissions = project.get("permissions") or {}
    given = (permissions.get(kind) or {} for kind in ("project_access", "group_access"))
    return max(int(access.get("access_level") or 0) for access in given)
