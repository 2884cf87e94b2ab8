"""What a namespace is: its kind, what is below it, labels, milestones, members, and how its items stand."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from bot.domain.bulkhead import contained
from bot.domain.errors import AccessError, GitLabError, NotFoundError, UnreachableError
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text
from bot.domain.model import Milestone
from bot.gitlab_api import queries
from bot.gitlab_api.answers import nodes_of
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.paging import Pages
from bot.gitlab_api.rights import level_told, require_sight
from bot.gitlab_api.thread_pool import PageSize, ThreadPool
from bot.gitlab_api.translate import id_number, make_milestone, next_cursor

log = logging.getLogger("psbot.gitlab")
T = TypeVar("T")
COUNTED = 1000
LABELS_COMPARED = 1000
OF_BOTH = ("labels", "milestones")
LATER = "Run it again."


@frozen
class Overview:
    """A namespace without its items. `spaces` are the paths of all groups and projects in it, by global id."""

    kind: str
    path: str
    gid: str
    spaces: Mapping[str, str]
    milestones: Mapping[int, Milestone]
    features: Mapping[str, bool]
    total: int | None
    newest: str | None
    """When the last change was, by the server's clock, before the items were read."""
    labels: dict[str, str]
    """Titles of labels by global id: the first thousand."""
    people: dict[str, str] = field(default_factory=dict)
    """Usernames of active members by id; empty when that is not known."""
    time_spent: int | None = None
    """Seconds of all its time logs, merge requests' too; None when that is not known."""
    newest_time: str = ""
    """The id of the time log that was entered last."""

    @property
    def groups(self) -> frozenset[str]:
        """The paths of its groups."""
        return frozenset(path for gid, path in self.spaces.items() if "/Group/" in gid)

    @property
    def projects(self) -> tuple[str, ...]:
        return tuple(sorted(path for gid, path in self.spaces.items() if "/Project/" in gid))


def _seconds(connection: Mapping[str, Any] | None) -> int | None:
    """GitLab writes so large a number as text."""
    total = str((connection or {}).get("totalSpentTime"))
    return int(total) if total.lstrip("-").isdecimal() else None


def _newest(connection: Mapping[str, Any] | None) -> str:
    nodes = nodes_of(connection)
    return str(nodes[0].get("id")) if nodes else ""


@dataclass
class OverviewReader:
    """Reads overviews with one client and its pool; `gaps` are what could not be read though its place could."""

    client: GitLabClient
    pool: ThreadPool
    size: PageSize = field(default_factory=lambda: PageSize(queries.PAGE))
    gaps: list[Text] = field(default_factory=list)

    def read(self, path: str) -> Overview:
        """The place at `path`. Raises NotFoundError, AccessError, GitLabError or UnreachableError."""
        known = self.client.capabilities

        def ask(size: int) -> dict[str, Any]:
            return self.client.graphql(queries.place_query(known, size), {"path": path}, where=path)

        answer = self.pool.run(self.size.ask, ask)
        kind = "group" if answer.get("group") else "project"
        found = answer.get(kind)
        if not found:
            raise NotFoundError(
                "is not a group or project that the token can see", path, "Check the path, and its role there."
            )
        require_sight(level_told(found), path)
        nodes = dict(self._lists(kind, path, found))
        below = [*nodes["projects"], *nodes["descendantGroups"]]
        spaces = dict(self._each(path, below, lambda n: (str(n["id"]), str(n["fullPath"]))))
        base = self.client.url
        newest = found.get("newest") or {}
        return Overview(
            kind=kind,
            path=str(found["fullPath"]),
            gid=str(found["id"]),
            spaces=spaces | {str(found["id"]): str(found["fullPath"])},
            milestones=dict(
                self._each(path, nodes["milestones"], lambda n: (id_number(n["id"]), make_milestone(n, base)))
            ),
            features=dict(found.get("licensedFeatures") or {}),
            total=self._total(kind, path, found),
            newest=next((str(n["updatedAt"]) for n in nodes_of(newest)), None),
            labels=dict(self._each(path, nodes["labels"], lambda n: (str(n["id"]), str(n["title"])))),
            time_spent=_seconds(found.get("timelogs")),
            newest_time=_newest(found.get("timelogs")),
        )

    def _lists(self, kind: str, path: str, found: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        for name in ("projects", "descendantGroups", "labels", "milestones"):
            connection = found.get(name) or {}
            nodes = nodes_of(connection)
            pages = Pages(path)
            query = queries.rest_of_query(f"project {name}" if kind == "project" and name in OF_BOTH else name)
            while (after := next_cursor(connection)) and (name != "labels" or len(nodes) < LABELS_COMPARED):
                pages.turn(after, [str(node["id"]) for node in nodes[-queries.PAGE :]])
                answer = self.pool.run(self.client.graphql, query, {"path": path, "after": after}, where=path)
                connection = (answer.get(kind) or {}).get(name)
                if connection is None:
                    raise NotFoundError("went away while it was read", path, LATER)
                nodes += nodes_of(connection)
            yield name, nodes

    def _total(self, kind: str, path: str, found: Mapping[str, Any]) -> int | None:
        """How many items there are; None where nobody tells. Newer servers count connections to 1,000 only."""
        counts, listed = found.get("workItemStateCounts") or {}, (found.get("newest") or {}).get("count")
        if counts.get("all") is not None:
            return int(counts["all"])
        if listed is not None and (listed <= COUNTED or not self.client.capabilities.knows("Items.count.limit")):
            return int(listed)
        return self.listed_total(path, kind)

    def listed_total(self, path: str, kind: str) -> int | None:
        """How many issues and epics REST lists; None where it doesn't count."""
        base = f"/{kind}s/{quote(path, safe='')}"
        issues = self.pool.run(self.client.total, f"{base}/issues", state="all", scope="all")
        if kind == "project" or issues is None:
            return issues
        try:
            epics = self.pool.run(self.client.total, f"{base}/epics", state="all")
        except (AccessError, NotFoundError):
            return issues  # no epics on this licence
        return None if epics is None else issues + epics

    def members_of(self, kind: str, path: str) -> tuple[str, ...] | None:
        """The active members of a group or project, inherited ones included; None when they can't be read."""
        people = self.members_by_id(kind, path)
        return None if people is None else tuple(sorted(set(people.values())))

    def members_by_id(self, kind: str, path: str) -> dict[str, str] | None:
        """The usernames of the active members of a place by id; None when they can't be read.

        What the token may not see is left out without a word, any other reason is a gap.
        """
        try:
            found = self.pool.run(lambda: list(self.client.get_all(f"/{kind}s/{quote(path, safe='')}/members/all")))
        except (AccessError, NotFoundError) as problem:
            log.info("members of %s are not read: %s", path, problem)
            return None
        except (GitLabError, UnreachableError) as problem:
            self.gaps.append(f"members of {path} could not be read: {problem}")
            return None
        return dict(self._each(f"members of {path}", found, _active_member))

    def _each(self, where: str, nodes: Iterable[Any], make: Callable[[Any], T | None]) -> Iterator[T]:
        """What `make` makes of each node; one that can't be read is a gap, and costs no other."""
        for node in nodes:
            made = contained(partial(make, node), partial(self._tell_gap, where), fatal=())
            if made is not None:
                yield made

    def _tell_gap(self, where: str, why: str) -> None:
        self.gaps.append(Phrase("{path} could not be read: {reason}", path=where, reason=why))


def _active_member(member: Mapping[str, Any]) -> tuple[str, str] | None:
    return (str(member["id"]), str(member["username"])) if member.get("state") == "active" else None
