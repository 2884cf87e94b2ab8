"""Who can really read where: GitLab's visibility and members, against what the config declares.

A namespace is asked for once a run. GitLab lets nothing below a private group be more open, but older data and other
servers may: what it holds is looked at too. Where GitLab can't be asked, nothing is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any
from urllib.parse import quote

from bot.config import Settings, is_within
from bot.domain.errors import AccessError, GitLabError, NotFoundError, PsbotError
from bot.gitlab_api.client import GitLabClient

READS = 10
"""From this access level on (Guest) a member reads issues; below are minimal access and none."""
OPEN = {"public": "everybody", "internal": "every signed-in user"}
SHOWN = 10


@dataclass(frozen=True)
class Readership:
    """Asks GitLab who reads a place, each place once. Thread-safe."""

    client: GitLabClient
    settings: Settings
    _known: dict[str, str | None] = field(default_factory=dict)
    _spaces: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    _opens: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _lock: Any = field(default_factory=Lock)

    def objection(self, path: str) -> str | None:
        """Why a place that the config declares internal is not: who else reads there. None where GitLab agrees."""
        return self._once(f"internal {path}", lambda: self._objection(path))

    def openness(self, path: str) -> str | None:
        """Who reads there without being invited; None for a private place, or one of which GitLab doesn't tell."""
        return self._once(f"open {path}", lambda: OPEN.get(str(self._space(path)[1].get("visibility"))))

    def _once(self, key: str, ask: Any) -> str | None:
        with self._lock:
            if key not in self._known:
                try:
                    self._known[key] = ask()
                except PsbotError as problem:
                    self._known[key] = f"GitLab does not tell who reads there ({problem.message})"
            return self._known[key]

    def _objection(self, path: str) -> str | None:
        home = self._visible_home(path)
        for opened, seen_by in self._open_below(home).items():
            if is_within(path, opened):
                return f"{seen_by} can read in {opened}"
        strangers = sorted({*self._strangers(home), *(self._strangers(path) if self._checks_members else ())})
        if strangers:
            more = f" and {len(strangers) - SHOWN} more" if len(strangers) > SHOWN else ""
            return f"{', '.join(strangers[:SHOWN])}{more} can read there, who are not our own people"
        return None

    def _visible_home(self, path: str) -> str:
        """The longest declared namespace that holds it; the place itself where the token sees no more."""
        names = (name for name in self.settings.portfolio.namespaces if is_within(path, name))
        home = max(names, key=len, default=path)
        try:
            self._space(home)
        except (NotFoundError, AccessError):
            return path
        return home

    # -- visibility

    def _open_below(self, home: str) -> Mapping[str, str]:
        """The parts of a namespace that are not private, itself among them, each with who reads there."""
        if home not in self._opens:
            self._opens[home] = dict(self._opened(home))
        return self._opens[home]

    def _opened(self, home: str) -> Iterator[tuple[str, str]]:
        kind, found = self._space(home)
        if seen_by := OPEN.get(str(found.get("visibility"))):
            yield home, seen_by
        elif kind == "groups":
            for place in self._below(home):
                if seen_by := OPEN.get(str(place.get("visibility"))):
                    yield str(place.get("path_with_namespace") or place.get("full_path")), seen_by

    def _below(self, group: str) -> Iterator[Mapping[str, Any]]:
        base = f"/groups/{quote(group, safe='')}"
        for visibility in OPEN:
            yield from self._listed(f"{base}/projects", include_subgroups=True, visibility=visibility)
        yield from self._listed(f"{base}/descendant_groups")

    def _listed(self, path: str, **filters: Any) -> list[Mapping[str, Any]]:
        """What is listed there; nothing where this GitLab lists no such thing."""
        try:
            return list(self.client.get_all(path, **filters))
        except NotFoundError:
            return []

    def _space(self, path: str) -> tuple[str, Mapping[str, Any]]:
        """A group or project, as GitLab describes it."""
        if path not in self._spaces:
            self._spaces[path] = self._asked(path)
        return self._spaces[path]

    def _asked(self, path: str) -> tuple[str, Mapping[str, Any]]:
        try:
            return "groups", _dict(self.client.get(f"/groups/{quote(path, safe='')}", with_projects=False))
        except (NotFoundError, AccessError):
            return "projects", _dict(self.client.get(f"/projects/{quote(path, safe='')}"))

    # -- members

    @property
    def _checks_members(self) -> bool:
        return bool(self.settings.portfolio.staff)

    @cached_property
    def _staff(self) -> frozenset[int]:
        """The ids of our own people, and of the token's own user."""
        found = {self.client.user.id}
        for group in self.settings.portfolio.staff:
            found |= {int(m["id"]) for m in self._members(group)}
        return frozenset(found)

    @cached_property
    def _external(self) -> frozenset[int]:
        """Users whom GitLab calls external; it tells that to administrators only."""
        try:
            me = _dict(self.client.get("/user"))
        except (NotFoundError, AccessError, GitLabError):
            return frozenset()
        if me.get("is_admin") is not True:
            return frozenset()
        listed = self.client.get_all("/users", external=True, active=True)
        return frozenset(int(u["id"]) for u in listed if u.get("external") is True)

    def _strangers(self, path: str) -> Iterator[str]:
        """Usernames of members who are external, or, where `staff` is named, none of them."""
        former = {name.casefold() for name in self.settings.gitlab.former_users}
        external = self._external
        if not (self._checks_members or external):
            return
        for member in self._members(path):
            name = str(member["username"])
            stranger = self._checks_members and int(member["id"]) not in self._staff
            outside = int(member["id"]) in external or member.get("external") is True
            if name.casefold() not in former and (outside or stranger):
                yield f"@{name}"

    def _members(self, path: str) -> list[Mapping[str, Any]]:
        """Those who can read there and still sign in, inherited ones included."""
        kind, _ = self._space(path)
        listed = self.client.get_all(f"/{kind}/{quote(path, safe='')}/members/all")
        return [m for m in listed if m.get("state", "active") == "active" and int(m.get("access_level") or 0) >= READS]


def _dict(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, dict):
        raise GitLabError("GitLab's answer is not an object")
    return answer
