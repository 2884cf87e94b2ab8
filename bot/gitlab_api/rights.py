"""May this token read, and write? Asked before anything is written, so that a run that can't ends at once (exit code 3)."""

from __future__ import annotations

from typing import Any

from bot.domain.errors import AccessError, GitLabError, NotFoundError
from bot.gitlab_api.client import GitLabClient


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
