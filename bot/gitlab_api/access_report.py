"""What the token may do and what is missing, for `psbot check` and `init --labels`. Inspecting writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from bot.config import Settings
from bot.domain.errors import GitLabError, NotFoundError, PsbotError
from bot.domain.frozen import frozen
from bot.gitlab_api.capabilities import Capabilities, missing_features
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.places import resolve_place
from bot.gitlab_api.queries import role_field
from bot.gitlab_api.reading import outermost
from bot.gitlab_api.rights import GUEST, ROLES, STAFF, require_sight, require_write, token_record
from bot.gitlab_api.translate import day

LABEL_COLORS = {"green": "#108548", "yellow": "#c77d00", "red": "#dd2b0e"}
OTHER_COLOR = "#6699cc"


@frozen
class NamespaceAccess:
    """One configured namespace: what it is, the token's role there, and what is missing. `error` says why nothing is known."""

    path: str
    kind: str = ""
    role: str = ""
    level: int = 0
    lacks: tuple[str, ...] = ()
    missing_labels: tuple[str, ...] = ()
    error: str = ""

    @property
    def sees_all(self) -> bool:
        """Whether confidential items and internal notes can be seen: below that role they are silently missing."""
        return self.level >= STAFF


@frozen
class TargetAccess:
    """Something the config names to publish to or to override: its setting, the reference, who reads there."""

    setting: str
    asked: str
    path: str = ""
    audience: str = ""
    error: str = ""


@frozen
class AccessReport:
    """Everything `check` tells of GitLab. `scopes` is None where GitLab doesn't tell."""

    url: str
    username: str
    version: str
    edition: str
    scopes: tuple[str, ...] | None
    expires_at: date | None
    capability_lines: tuple[str, ...]
    namespaces: tuple[NamespaceAccess, ...]
    targets: tuple[TargetAccess, ...]

    @property
    def may_write(self) -> bool | None:
        """Whether the token's scopes allow writing; None where they are not known."""
        return None if self.scopes is None else "api" in self.scopes


def inspect_access(client: GitLabClient, settings: Settings) -> AccessReport:
    """Look at token, namespaces, labels and publish targets. Raises AccessError when the token is refused."""
    user, known = client.user, client.capabilities
    token = token_record(client)
    return AccessReport(
        url=client.url,
        username=user.username,
        version=known.full_version,
        edition=known.edition,
        scopes=tuple(sorted(map(str, token["scopes"]))) if token.get("scopes") is not None else None,
        expires_at=day(token.get("expires_at")),
        capability_lines=tuple(known.lines()),
        namespaces=tuple(_namespace(client, known, path, settings) for path in settings.portfolio.namespaces),
        targets=tuple(_target(client, settings, setting, asked) for setting, asked in named_targets(settings)),
    )


def require_part(client: GitLabClient, settings: Settings) -> None:
    """Raises AccessError where no run could publish: the scope is missing, or the token's user is a guest everywhere."""
    require_write(client)
    levels = {path: _level_at(client, path) for path in outermost(settings.portfolio.namespaces)}
    if all(GUEST <= level < STAFF for level in levels.values()):
        for path, level in levels.items():
            require_sight(level, path)


def _level_at(client: GitLabClient, path: str) -> int:
    """The token's role in a namespace; 0 for one that it can't see."""
    answer = client.graphql(access_query(client.capabilities), {"path": path}, where=path)
    kind = "group" if answer.get("group") else "project"
    return _level(client, kind, path, answer[kind].get("maxAccessLevel")) if answer.get(kind) else 0


def access_query(known: Capabilities) -> str:
    """A namespace's kind, the token's role there and its licence."""
    features = " ".join(known.features)
    licensed = f" licensedFeatures {{ {features} }}" if features and known.knows("Group.licensedFeatures") else ""
    group, project = (role_field(known, kind) for kind in ("Group", "Project"))
    return (
        f"query PsbotAccess($path: ID!) {{ group(fullPath: $path) {{ fullPath {group}{licensed} }} "
        f"project(fullPath: $path) {{ fullPath {project} }} }}"
    )


def _namespace(client: GitLabClient, known: Capabilities, path: str, settings: Settings) -> NamespaceAccess:
    try:
        answer = client.graphql(access_query(known), {"path": path}, where=path)
        kind = "group" if answer.get("group") else "project"
        found = answer.get(kind)
        if not found:
            return NamespaceAccess(path, error="is not a group or project that the token can see")
        level = _level(client, kind, path, found.get("maxAccessLevel"))
        return NamespaceAccess(
            path,
            kind,
            ROLES.get(level, f"level {level}"),
            level,
            tuple(missing_features(found.get("licensedFeatures") or {})),
            tuple(missing_labels(client, kind, path, wanted_labels(settings))),
        )
    except PsbotError as problem:
        return NamespaceAccess(path, error=str(problem))


def _level(client: GitLabClient, kind: str, path: str, found: Any) -> int:
    """The token user's access level; asked for among the members where GraphQL doesn't tell."""
    if found:
        return int(found.get("integerValue") or 0)
    try:
        member = client.get(f"/{kind}s/{quote(path, safe='')}/members/all/{client.user.id}")
    except NotFoundError:
        return 0
    return int(member.get("access_level") or 0)


# -- publish targets


def named_targets(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every project and reference that the config names, with its key."""
    for kind, report in settings.reports.issues():
        if report.enabled and report.project:
            yield f"reports.{kind}.project", report.project
    for ref, facts in settings.engagements.items():
        yield f"engagements.{ref}", ref
        for key in ("internal", "customer_channel"):
            if isinstance(facts.get(key), str):
                yield f"engagements.{ref}.{key}", facts[key]


def _target(client: GitLabClient, settings: Settings, setting: str, asked: str) -> TargetAccess:
    try:
        place = resolve_place(client, asked)
    except (PsbotError, ValueError) as problem:
        return TargetAccess(setting, asked, error=str(problem))
    return TargetAccess(setting, asked, place.path, settings.audience_of(place.path))


# -- labels


def wanted_labels(settings: Settings) -> tuple[str, ...]:
    """The labels that the config names whole (prefixes such as `impact::` stand for many)."""
    named = [settings.portfolio.label, *_names(settings.labels.model_dump(exclude={"lesson"}).values())]
    return tuple(dict.fromkeys(name for name in named if name and not name.endswith(("::", "-"))))


def _names(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        else:
            yield from _names(value.values() if isinstance(value, dict) else value)


def missing_labels(client: GitLabClient, kind: str, path: str, wanted: Sequence[str]) -> list[str]:
    """Those of `wanted` that nobody could set in a group or project: neither its own nor inherited."""
    there = {str(label["name"]) for label in client.get_all(f"/{kind}s/{quote(path, safe='')}/labels")}
    return [name for name in wanted if name not in there]


def create_labels(client: GitLabClient, path: str, names: Sequence[str], *, kind: str = "group") -> list[str]:
    """Create labels in a group or project; those that another run made meanwhile are left. The names that were made."""
    made = []
    for name in names:
        fields = {"name": name, "color": label_color(name), "description": "Used by psbot"}
        try:
            client.write("POST", f"/{kind}s/{quote(path, safe='')}/labels", fields)
        except GitLabError as problem:
            if problem.status != 409:
                raise
        else:
            made.append(name)
    return made


def lacking_labels(client: GitLabClient, settings: Settings) -> list[tuple[str, str]]:
    """What is missing in the outermost configured namespaces: (namespace, label) of each."""
    return [(access.path, name) for access in _outermost(client, settings) for name in access.missing_labels]


def create_missing_labels(client: GitLabClient, settings: Settings) -> list[tuple[str, str]]:
    """Create what is missing in the outermost configured namespaces: (namespace, label) of each that was made."""
    found: list[tuple[str, str]] = []
    for access in _outermost(client, settings):
        made = create_labels(client, access.path, access.missing_labels, kind=access.kind)
        found += [(access.path, name) for name in made]
    return found


def _outermost(client: GitLabClient, settings: Settings) -> Iterator[NamespaceAccess]:
    for path in outermost(settings.portfolio.namespaces):
        access = _namespace(client, client.capabilities, path, settings)
        if access.error:
            raise NotFoundError(access.error, path)
        require_sight(access.level, path)
        yield access


def label_color(name: str) -> str:
    """Traffic-light colours for what says so."""
    lights = {
        "green": ("on track", "happy", "approved", "accepted"),
        "yellow": ("needs attention", "concerned", "proposed", "sent", "Medium"),
        "red": ("at risk", "unhappy", "rejected", "High", "Escalated", "work-at-risk"),
    }
    # `unhappy` ends in `happy`: the dearest light wins.
    for light in ("red", "yellow", "green"):
        if name.endswith(lights[light]):
            return LABEL_COLORS[light]
    return OTHER_COLOR
