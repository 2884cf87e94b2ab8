"""Where a path leads today: letter case ignored, former paths followed where GitLab redirects."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from bot.config import Settings, is_within
from bot.domain.errors import NotFoundError, PsbotError
from bot.domain.model import Facts
from bot.domain.paths import path_part
from bot.gitlab_api.answers import understood
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.rights import require_read

log = logging.getLogger("psbot.gitlab")
MOST_LOOKUPS = 50
"""So many paths that lead nowhere are asked for; the others are named at once."""


@dataclass
class FormerPaths:
    """Asks GitLab once for each path that is none of today's; `spaces` are the paths that were read."""

    client: GitLabClient
    spaces: Collection[str]
    _found: dict[str, str | None] = field(default_factory=dict)

    def reference(self, name: str) -> str:
        """A reference or path as GitLab would write its place now; as it is where GitLab knows nothing of it."""
        old = path_part(name)
        new = self.path(old) if old else None
        return new + name.strip("/")[len(old) :] if new else name

    def path(self, path: str) -> str | None:
        """Today's path of a group or project that is not among those that were read; None where nothing is to be followed."""
        key = path.casefold()
        if any(is_within(space, path) for space in self.spaces):
            return None
        if key not in self._found and len(self._found) < MOST_LOOKUPS:
            self._found[key] = self._ask(path)
        return self._found.get(key)

    def _ask(self, path: str) -> str | None:
        for kind, key in (("groups", "full_path"), ("projects", "path_with_namespace")):
            try:
                found: Mapping[str, Any] = self.client.get(f"/{kind}/{quote(path, safe='')}")
                with understood(path):
                    return str(found[key])
            except PsbotError as problem:
                log.debug("%s is none of today's %s: %s", path, kind, problem)
        return None


def followed_facts(facts: Facts, paths: FormerPaths) -> Facts:
    """The facts with the references that people wrote down as GitLab would write them now."""
    return replace(
        facts,
        work=tuple(paths.reference(entry) for entry in facts.work),
        internal=facts.internal and paths.reference(facts.internal),
        customer_channel=facts.customer_channel and paths.reference(facts.customer_channel),
    )


def followed_settings(client: GitLabClient, settings: Settings) -> Settings:
    """The settings with namespaces and report projects under the paths that GitLab redirects to."""
    _ = client.user  # a refused token ends the run here, before anything else is asked
    projects = (report.project for _, report in settings.reports.issues() if report.enabled and report.project)
    written = (*settings.portfolio.namespaces, *projects)
    known = _current(client, written)
    paths = FormerPaths(client, known)
    moved = {path: new for path in written if path.casefold() not in known and (new := paths.path(path))}
    return settings.following(moved) if moved else settings


def _current(client: GitLabClient, paths: Iterable[str]) -> frozenset[str]:
    """Those of the paths that lead somewhere as they stand, letter case folded. One request."""
    names = {f"n{n}": path for n, path in enumerate(dict.fromkeys(paths))}
    declared = ", ".join(f"${name}: ID!" for name in names)
    asked = " ".join(f"{name}: namespace(fullPath: ${name}) {{ fullPath }}" for name in names)
    places = " ".join(f"p{name}: project(fullPath: ${name}) {{ fullPath }}" for name in names)
    try:
        answer = client.graphql(f"query PsbotPaths({declared}) {{ {asked} {places} }}", names, where="namespaces")
    except NotFoundError:
        require_read(client)
        raise
    return frozenset(path.casefold() for name, path in names.items() if answer.get(name) or answer.get(f"p{name}"))
