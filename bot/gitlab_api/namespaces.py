"""A namespace (a group with everything below it, or a project), read whole: items, milestones, members.

Cold, its items come in windows of time, side by side. Warm, only what changed since the last read comes: GitLab sets
`updated_at` at every change, though notes do so once a minute only (`ThrottledTouch`), hence the overlap. What a
change leaves unmarked is found otherwise: a removed item by the count, a renamed or moved project by its path, a renamed
label or member by its id, and the rest by a whole read once a week.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from bot.errors import AccessError, GitLabError, NotFoundError, UnreachableError
from bot.gitlab_api import queries
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.epics import apart, may_stand_apart, read_epic_parents, read_epics
from bot.gitlab_api.lanes import Lanes, PageSize, chunks
from bot.gitlab_api.translate import Record, flat_timelog, flatten, id_number, instant, make_milestone, next_cursor
from bot.model import Milestone

log = logging.getLogger("psbot.gitlab")
OVERLAP = timedelta(seconds=120)
WHOLE_AFTER = timedelta(days=7)
ITEMS_A_WINDOW = 250
TIMELOG_BATCH = 5
COUNTED = 1000
LABELS_COMPARED = 300
OF_BOTH = ("labels", "milestones")
LATER = "Run it again."


@dataclass(frozen=True)
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
    """Titles of labels by global id: the first few hundred."""
    people: dict[str, str] = field(default_factory=dict)
    """Usernames of active members by id; empty when that is not known."""

    @property
    def groups(self) -> frozenset[str]:
        """The paths of its groups."""
        return frozenset(path for gid, path in self.spaces.items() if "/Group/" in gid)

    @property
    def projects(self) -> tuple[str, ...]:
        return tuple(sorted(path for gid, path in self.spaces.items() if "/Project/" in gid))


@dataclass(frozen=True)
class Namespace:
    """A namespace as read."""

    overview: Overview
    records: Mapping[int, Record]

    @property
    def members(self) -> tuple[str, ...] | None:
        """Who can work there; None when that is not known."""
        return tuple(sorted(set(self.overview.people.values()))) or None


class Window(NamedTuple):
    """Items of one group or project created from … until …, or changed since."""

    kind: str
    path: str
    start: str | None = None
    until: str | None = None
    since: str | None = None


@dataclass
class NamespaceReader:
    """Reads namespaces with one client, its lanes, and a cache if there is one."""

    client: GitLabClient
    lanes: Lanes
    cache: Cache | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    size: PageSize = field(default_factory=lambda: PageSize(queries.PAGE))
    other_size: PageSize = field(default_factory=lambda: PageSize(queries.PAGE))
    """Of the lists that are not of items."""
    gaps: list[str] = field(default_factory=list)
    """What could not be read though its place could."""

    def read(self, path: str) -> Namespace:
        """The place at `path`. Raises NotFoundError, AccessError, GitLabError or UnreachableError."""
        overview = self._overview(path)
        overview = replace(overview, people=self._people(overview.kind, overview.path) or {})
        stored = self.cache.load_place(overview.path) if self.cache else None
        epics = self._epics(overview)
        records = self._warm(overview, epics, *stored) if stored else None
        if records is None:
            records = self._cold(overview, epics)
        return Namespace(overview, {**records, **apart(epics, records)})

    # -- the place itself

    def _overview(self, path: str) -> Overview:
        known = self.client.capabilities

        def ask(size: int) -> dict[str, Any]:
            return self.client.graphql(queries.place_query(known, size), {"path": path}, where=path)

        answer = self.lanes.run(self.other_size.ask, ask)
        kind = "group" if answer.get("group") else "project"
        found = answer.get(kind)
        if not found:
            raise NotFoundError(
                "is no group or project that the token can see", path, "Check the path, and its role there."
            )
        nodes = dict(self._lists(kind, path, found))
        spaces = {str(n["id"]): str(n["fullPath"]) for name in ("projects", "descendantGroups") for n in nodes[name]}
        base = self.client.url
        newest = found.get("newest") or {}
        return Overview(
            kind=kind,
            path=str(found["fullPath"]),
            gid=str(found["id"]),
            spaces=spaces | {str(found["id"]): str(found["fullPath"])},
            milestones={id_number(node["id"]): make_milestone(node, base) for node in nodes["milestones"]},
            features=dict(found.get("licensedFeatures") or {}),
            total=self._total(kind, path, found),
            newest=next((str(n["updatedAt"]) for n in newest.get("nodes") or () if n), None),
            labels={str(node["id"]): str(node["title"]) for node in nodes["labels"]},
        )

    def _lists(self, kind: str, path: str, found: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        for name in ("projects", "descendantGroups", "labels", "milestones"):
            connection = found.get(name) or {}
            nodes = list(connection.get("nodes") or ())
            query = queries.rest_of_query(f"project {name}" if kind == "project" and name in OF_BOTH else name)
            while (after := next_cursor(connection)) and (name != "labels" or len(nodes) < LABELS_COMPARED):
                answer = self.lanes.run(self.client.graphql, query, {"path": path, "after": after}, where=path)
                connection = (answer.get(kind) or {}).get(name)
                if connection is None:
                    raise NotFoundError("went away while it was read", path, LATER)
                nodes += connection["nodes"]
            yield name, nodes

    def _total(self, kind: str, path: str, found: Mapping[str, Any]) -> int | None:
        """How many items there are; None where nobody tells. Newer servers count connections to 1,000 only."""
        counts, listed = found.get("workItemStateCounts") or {}, (found.get("newest") or {}).get("count")
        if counts.get("all") is not None:
            return int(counts["all"])
        if listed is not None and (listed <= COUNTED or not self.client.capabilities.knows("Items.count.limit")):
            return int(listed)
        return self._listed_total(f"/{kind}s/{quote(path, safe='')}", kind)

    def _listed_total(self, base: str, kind: str) -> int | None:
        issues = self.lanes.run(self.client.total, f"{base}/issues", state="all", scope="all")
        if kind == "project" or issues is None:
            return issues
        try:
            epics = self.lanes.run(self.client.total, f"{base}/epics", state="all")
        except (AccessError, NotFoundError):
            return issues  # no epics on this licence
        return None if epics is None else issues + epics

    def members_of(self, kind: str, path: str) -> tuple[str, ...] | None:
        """The active members of a group or project, inherited ones included; None when they can't be read."""
        people = self._people(kind, path)
        return None if people is None else tuple(sorted(set(people.values())))

    def _people(self, kind: str, path: str) -> dict[str, str] | None:
        """The usernames of the active members of a place by id; None when they can't be read.

        What the token may not see is left out without a word, any other reason is a gap.
        """
        try:
            found = self.lanes.run(lambda: list(self.client.get_all(f"/{kind}s/{quote(path, safe='')}/members/all")))
        except (AccessError, NotFoundError) as problem:
            log.info("members of %s are not read: %s", path, problem)
            return None
        except (GitLabError, UnreachableError) as problem:
            self.gaps.append(f"members of {path} could not be read: {problem}")
            return None
        return {str(m["id"]): str(m["username"]) for m in found if m.get("state") == "active"}

    # -- epics that are no work items

    def _epics(self, overview: Overview) -> dict[int, Record]:
        """The epics of an older server, which may or may not be among its work items too."""
        if overview.kind != "group" or not may_stand_apart(self.client, overview.features):
            return {}
        return self.lanes.run(read_epics, self.client, overview.path)

    def _hang_below(
        self, epics: Mapping[int, Record], records: Mapping[int, Record], overview: Overview, since: str | None = None
    ) -> None:
        """Say which epic an issue belongs to, where GraphQL leaves that out. `epics` are those that stand apart."""
        if not (records and epics):
            return
        for number, epic in self.lanes.run(read_epic_parents, self.client, overview.path, since).items():
            if number in records and records[number]["parent"] is None:
                records[number]["parent"] = epic

    # -- its items

    def _cold(self, overview: Overview, epics: Mapping[int, Record]) -> dict[int, Record]:
        """Everything, oldest first; by project where a group lists nothing though it has issues (switched off there)."""
        records = self._read_all(self._starts(overview), overview.total)
        if not records and overview.projects and self._listed_total(_rest(overview), overview.kind):
            log.info("%s lists no work items: read project by project", overview.path)
            records = self._read_all(_by_project(overview), None)
        self._complete(records)
        self._hang_below(apart(epics, records), records, overview)
        self._store(overview, records, None)
        return records

    def _read_all(self, starts: Sequence[Window], total: int | None) -> dict[int, Record]:
        """The first page tells where its windows begin. Project by project there are none: nobody told their sizes."""
        records: dict[int, Record] = {}
        total = total if len(starts) == 1 else 0
        for start in starts:
            first, after = self.lanes.run(self._page, start, None)
            records.update((r["id"], r) for r in first)
            if after:
                for found in self.lanes.map(self._window, self._windows(start, first, total)):
                    records.update((r["id"], r) for r in found)
        return records

    def _starts(self, overview: Overview) -> list[Window]:
        if overview.kind == "project" or self.client.capabilities.knows("Group.workItems"):
            return [Window(overview.kind, overview.path)]
        return _by_project(overview)

    def _windows(self, start: Window, first: list[Record], total: int | None) -> list[Window]:
        """Spans of time from the first page's last item to now, all of the same length."""
        count = 1 + ((queries.PAGE * 100 if total is None else total) - len(first)) // ITEMS_A_WINDOW
        count = max(1, min(2 * self.lanes.count, count))
        begin = max((at for r in first if (at := instant(r["created_at"]))), default=self.now)
        step = max(self.now - begin, timedelta()) / count
        bounds = [_iso(begin + step * n) for n in range(count)]
        ends = [*bounds[1:], None]
        return [start._replace(start=low, until=high) for low, high in zip(bounds, ends, strict=True)]

    def _window(self, window: Window) -> list[Record]:
        """All items of a window, page after page."""
        found, after = self._page(window, None)
        while after:
            page, after = self._page(window, after)
            found += page
        return found

    def _page(self, window: Window, after: str | None) -> tuple[list[Record], str | None]:
        query = queries.items_query(self.client.capabilities, window.kind)
        variables = {"path": window.path, "from": window.start, "until": window.until, "since": window.since}

        def ask(size: int) -> dict[str, Any]:
            return self.client.graphql(query, variables | {"after": after, "first": size}, where=window.path)

        connection = (self.size.ask(ask).get("place") or {}).get("workItems")
        if connection is None:
            raise GitLabError("lists no work items", window.path, "Its issues may be switched off.")
        return [flatten(node) for node in connection["nodes"] if node], next_cursor(connection)

    def _complete(self, records: Mapping[int, Record]) -> None:
        """Read on where an item has more time logs than came along."""
        unread = [r for r in records.values() if r["more_timelogs"]]
        for _ in self.lanes.map(self._more_timelogs, chunks(unread, TIMELOG_BATCH)):
            pass

    def _more_timelogs(self, batch: Iterable[Record]) -> None:
        left = [r for r in batch if r["more_timelogs"]]
        while left:
            variables = {f"id{n}": f"gid://gitlab/WorkItem/{r['id']}" for n, r in enumerate(left)}
            variables |= {f"after{n}": str(r["more_timelogs"]) for n, r in enumerate(left)}
            answer = self.other_size.ask(partial(self._ask_timelogs, variables))
            for n, record in enumerate(left):
                _add_timelogs(record, answer.get(f"i{n}") or {})
            left = [r for r in left if r["more_timelogs"]]

    def _ask_timelogs(self, variables: Mapping[str, str], size: int) -> dict[str, Any]:
        return self.client.graphql(queries.timelogs_query(len(variables) // 2, size), variables, where="time logs")

    # -- what the cache keeps

    def _warm(
        self,
        overview: Overview,
        epics: Mapping[int, Record],
        state: Mapping[str, Any],
        stored: Mapping[int, Record],
    ) -> dict[int, Record] | None:
        """The cached items brought up to date; None when only a whole read will do."""
        latest, whole_at = instant(state.get("latest")), instant(state.get("whole_at"))
        if latest is None or whole_at is None or not whole_at <= self.now < whole_at + WHOLE_AFTER:
            return None
        if any(state.get(key) != value for key, value in self._shape(overview).items()):
            return None
        names = overview.labels | overview.people
        if any(names.get(number) != name for number, name in state.get("names", {}).items()):
            return None
        records = dict(stored)
        changed: dict[int, Record] = {}
        for start in self._starts(overview):
            window = start._replace(since=_iso(latest - OVERLAP))
            changed.update((r["id"], r) for r in self.lanes.run(self._window, window))
        if overview.total != _plus(state.get("total"), len(changed.keys() - records.keys())):
            return None
        self._complete(changed)
        self._hang_below(apart(epics, stored), changed, overview, _iso(latest - OVERLAP))
        records.update(changed)
        if any(records[number] != stored.get(number) for number in changed):
            self._store(overview, records, state, changed)
        return records

    def _shape(self, overview: Overview) -> dict[str, Any]:
        """What must not have changed for cached items to be of use."""
        query = queries.items_query(self.client.capabilities, overview.kind)
        return {
            "query": hashlib.sha256(query.encode()).hexdigest(),
            "gid": overview.gid,
            "spaces": dict(sorted(overview.spaces.items())),
        }

    def _store(
        self,
        overview: Overview,
        records: Mapping[int, Record],
        base: Mapping[str, Any] | None,
        changed: Mapping[int, Record] | None = None,
    ) -> None:
        if self.cache is None or overview.newest is None:
            return
        whole_at = base["whole_at"] if base else _iso(self.now)
        state = self._shape(overview) | {"latest": overview.newest, "total": overview.total, "whole_at": whole_at}
        state["names"] = dict(sorted((overview.labels | overview.people).items()))
        self.cache.store_place(overview.path, state, records if changed is None else changed, base)


def _rest(overview: Overview) -> str:
    return f"/{overview.kind}s/{quote(overview.path, safe='')}"


def _by_project(overview: Overview) -> list[Window]:
    return [Window("project", path) for path in overview.projects]


def _plus(total: Any, new: int) -> int | None:
    return total + new if isinstance(total, int) else None


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _add_timelogs(record: Record, item: Mapping[str, Any]) -> None:
    widgets = [w for w in item.get("widgets") or () if w and w.get("timelogs")]
    connection = widgets[0]["timelogs"] if widgets else {}
    seen = {log[0] for log in record["timelogs"]}
    fresh = [flat_timelog(node) for node in connection.get("nodes") or () if node]
    record["timelogs"] += [log for log in fresh if log[0] not in seen]
    record["more_timelogs"] = next_cursor(connection)
