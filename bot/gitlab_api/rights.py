"""May this token write? Asked before anything is written, so that a run with a reading token ends at once (exit code 3)."""

from __future__ import annotations

from bot.errors import AccessError, GitLabError, NotFoundError
from bot.gitlab_api.client import GitLabClient


def token_scopes(client: GitLabClient) -> frozenset[str] | None:
    """The scopes of the token; None where GitLab doesn't tell (OAuth tokens, servers before 15.5)."""
    try:
        found = client.get("/personal_access_tokens/self")
    except (AccessError, GitLabError, NotFoundError):
        return None
    return frozenset(found.get("scopes") or ()) if isinstance(found, dict) else None


def require_write(client: GitLabClient) -> None:
    """Raises AccessError when the token is known to lack the scope that every write needs."""
    _ = client.user  # a refused token is told as such, not as one without scopes
    scopes = token_scopes(client)
    if scopes is not None and "api" not in scopes:
        have = ", ".join(sorted(scopes)) or "none"
        advice = "Make one with scope `api`, or look only: psbot run --dry-run."
        raise AccessError(f"the token may read but not write (scopes: {have})", client.url, advice)
