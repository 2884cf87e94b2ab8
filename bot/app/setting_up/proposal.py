"""The first config: a starter proposed from what a group holds, and the labels that it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from bot.app.session import DEFAULT_URL, Session, instance_url
from bot.config.starter import Proposal
from bot.domain.errors import NotFoundError, UsageError
from bot.gitlab_api import access_report as gitlab
from bot.gitlab_api.client import GitLabClient


def create_missing_labels(session: Session) -> Iterator[str]:
    """Create the labels that the config names and GitLab lacks; a line for each."""
    created = gitlab.create_missing_labels(session.client, session.settings)
    for path, name in created:
        yield f"created in {path}: {name}"
    if not created:
        yield "no label is missing"


def propose(group: str, environment: Mapping[str, str], label: str = "PSProject", timezone: str = "UTC") -> Proposal:
    """A starter filled with what is found in `group`. Raises UsageError when it can't be seen."""
    url = instance_url(environment.get("GITLAB_URL") or environment.get("CI_SERVER_URL") or DEFAULT_URL)
    token = environment.get("GITLAB_TOKEN", "").strip()
    if not token:
        raise UsageError("needs a token to look around", "--from", "Set GITLAB_TOKEN (scope read_api is enough).")
    client = GitLabClient(url, token)
    try:
        top = client.get(f"/groups/{quote(group.strip('/'), safe='')}")
    except NotFoundError as error:
        advice = f"Write its path as in its URL below {url}; the bot's user must be a member."
        raise UsageError(f"{group!r} is not a group that the token can see", "--from", advice) from error
    children = {
        str(g["full_path"]): str(g.get("visibility", "")) for g in client.get_all(f"/groups/{top['id']}/subgroups")
    }
    projects = [
        str(p["path_with_namespace"]) for p in client.get_all(f"/groups/{top['id']}/projects", include_subgroups=True)
    ]
    found = make_proposal(str(top["full_path"]), children, projects, url if url != DEFAULT_URL else None, label)
    return replace(found, timezone=timezone)


def make_proposal(
    group: str, children: Mapping[str, str], projects: Iterable[str], url: str | None, label: str
) -> Proposal:
    """Namespaces by their names: what sounds internal is proposed as internal, everything else as customer-visible.

    `children`: path → visibility. What the public can read is never proposed as internal.
    """
    namespaces = {
        path: "internal" if sounds_internal(path) and children[path] != "public" else "customer"
        for path in sorted(children)
    }
    if "internal" not in namespaces.values():
        namespaces = {group: "customer"}
    internal = [p for p, audience in namespaces.items() if audience == "internal"]
    reports = [
        p
        for p in sorted(projects)
        if "report" in p.rpartition("/")[2] and p.startswith(tuple(f"{i}/" for i in internal))
    ]
    return Proposal(namespaces, reports[0] if reports else None, label, url)


def sounds_internal(path: str) -> bool:
    """Whole words only: a wrong `internal` would show money to a customer named International Shops."""
    words = re.split(r"[^a-z0-9]+", path.rpartition("/")[2].casefold())
    return not {"internal", "intern", "backoffice"}.isdisjoint(words)
