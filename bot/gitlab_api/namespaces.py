"""A namespace (a group with everything below it, or a project), read whole: items, milestones, members.

Cold, its items come in windows of time, side by side. Warm, only what changed since the last read comes: GitLab sets
`updated_at` at every change, though notes do so once a minute only (`ThrottledTouch`), hence the overlap. What a
change leaves unmarked is found otherwise: a removed item by the count, a renamed or moved project by its path, a renamed
label or person by its id, and the rest by a whole read once a week.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from bot.config import is_within
from bot.domain.bulkhead import contained
from bot.domain.errors import GitLabError
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase
from bot.gitlab_api import queries
from bot.gitlab_api.answers import nodes_of, sound_part
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.epics import apart, may_stand_apart, read_epic_parents, read_epics
from bot.gitlab_api.overview import Overview, OverviewReader
from bot.gitlab_api.paging import Pages
from bot.gitlab_api.thread_pool import PageSize, ThreadPool, chunks
from bot.gitlab_api.translate import (
    Record,
    flat_timelog,
    flatten,
    id_number,
    instant,
    next_cursor,
    people_of,
    ref_of,
)

log = logging.getLogger("psbot.gitlab")
OVERLAP = timedelta(seconds=120)
WHOLE_AFTER = timedelta(days=7)
ITEMS_A_WINDOW = 250
TIMELOG_BATCH = 5
MAX_NAME = 255


@frozen
class Namespace:
    """A namespace as read."""

    overview: Overview
    records: Mapping[int, Record]

    @property
    def members(self) -> tuple[str, ...] | None:
        """Who can work there; None when that is not known."""
        return tuple(sorted(set(self.overview.people.values()))) or None


class Window(NamedTuple):
    """Items of one group or project created from … until …, or changed since; or all of them, `newest_first`."""

    kind: str
    path: str
    start: str | None = None
    until: str | None = None
    since: str | None = None
    newest_first: bool = False


@dataclass
class NamespaceReader:
    """Reads namespaces with one client, its pool, and a cache if there is one."""

    client: GitLabClient
    pool: ThreadPool
    cache: Cache | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    size: PageSize = field(default_factory=lambda: PageSize(queries.PAGE))
    incomplete: dict[int, str] = field(default_factory=dict)
    """Items of which GitLab could not tell something, by id, with the reason."""
    spoilt: set[str] = field(default_factory=set)
    """Paths of which something could not be read: nothing is kept of them."""

    def __post_init__(self) -> None:
        self.overviews = OverviewReader(self.client, self.pool)

    def read(self, path: str) -> Namespace:
        """The place at `path`. Raises NotFoundError, AccessError, GitLabError or UnreachableError."""
        overview = self.overviews.read(path)
        overview = replace(overview, people=self.overviews.members_by_id(overview.kind, overview.path) or {})
        stored = self.cache.load_place(overview.path) if self.cache else None
        epics = self._epics(overview)
        records = self._warm(overview, epics, *stored) if stored else None
        if records is None:
            records = self._cold(overview, epics)
        return Namespace(overview, {**records, **apart(epics, records)})

    # -- epics that are no work items

    def _epics(self, overview: Overview) -> dict[int, Record]:
        """The epics of an older server, which may or may not be among its work items too."""
        if overview.kind != "group" or not may_stand_apart(self.client, overview.features):
            return {}
        return self.pool.run(read_epics, self.client, overview.path)

    def _hang_below(
        self, epics: Mapping[int, Record], records: Mapping[int, Record], overview: Overview, since: str | None = None
    ) -> None:
        """Say which epic an issue belongs to, where GraphQL leaves that out. `epics` are those that stand apart."""
        if not (records and epics):
            return
        for number, epic in self.pool.run(read_epic_parents, self.client, overview.path, since).items():
            if number in records and records[number]["parent"] is None:
                records[number]["parent"] = epic

    # -- its items

    def _cold(self, overview: Overview, epics: Mapping[int, Record]) -> dict[int, Record]:
        """Everything, oldest first; by project where a group lists nothing though it has issues (switched off there)."""
        records = self._read_all(self._starts(overview), overview.total)
        if not records and overview.projects and self.overviews.listed_total(overview.path, overview.kind):
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
            first, after = self.pool.run(self._page, start, None)
            records.update((r["id"], r) for r in first)
            if after and not self.client.capabilities.filters_by_time:
                records.update((r["id"], r) for r in self.pool.run(self._window, start, after))
            elif after:
                for found in self.pool.map(self._window, self._windows(start, first, total)):
                    records.update((r["id"], r) for r in found)
        return records

    def _starts(self, overview: Overview) -> list[Window]:
        if overview.kind == "project" or self.client.capabilities.lists_groups:
            return [Window(overview.kind, overview.path)]
        return _by_project(overview)

    def _windows(self, start: Window, first: list[Record], total: int | None) -> list[Window]:
        """Spans of time from the first page's last item to now, all of the same length."""
        count = 1 + ((queries.PAGE * 100 if total is None else total) - len(first)) // ITEMS_A_WINDOW
        count = max(1, min(2 * self.pool.count, count))
        begin = max((at for r in first if (at := instant(r["created_at"]))), default=self.now)
        step = max(self.now - begin, timedelta()) / count
        bounds = [_iso(begin + step * n) for n in range(count)]
        ends = [*bounds[1:], None]
        return [start._replace(start=low, until=high) for low, high in zip(bounds, ends, strict=True)]

    def _window(self, window: Window, after: str | None = None) -> list[Record]:
        """All items of a window (from a page on), page after page."""
        pages = Pages(window.path)
        page, after = self._page(window, after)
        found = list(page)
        while after:
            pages.turn(after, [record["id"] for record in page])
            page, after = self._page(window, after)
            found += page
        return found

    def _changed(self, start: Window, since: datetime) -> list[Record]:
        """What changed `since` then; where GitLab can't be asked that, the last changed ones as far as then."""
        if self.client.capabilities.filters_by_time:
            return self._window(start._replace(since=_iso(since)))
        found, after = self._page(start._replace(newest_first=True), None)
        pages = Pages(start.path)
        while after and found and _changed_at(found[-1]) >= since:
            pages.turn(after, [record["id"] for record in found[-queries.PAGE :]])
            page, after = self._page(start._replace(newest_first=True), after)
            found += page
        return [record for record in found if _changed_at(record) >= since]

    def _page(self, window: Window, after: str | None) -> tuple[list[Record], str | None]:
        known = self.client.capabilities
        query = queries.items_query(known, window.kind, newest_first=window.newest_first)
        variables: dict[str, Any] = {"path": window.path}
        if known.filters_by_time:
            variables |= {"from": window.start, "until": window.until, "since": window.since}

        def ask(size: int) -> dict[str, Any]:
            return self.client.graphql(query, variables | {"after": after, "first": size}, where=window.path)

        answer, spots = sound_part(partial(self.size.ask, ask))
        connection = (answer.get("place") or {}).get("workItems")
        if connection is None:
            raise GitLabError("lists no work items", window.path, "Its issues may be switched off.")
        entries = dict(enumerate(connection.get("nodes") or ()))
        for spot in spots:
            self._spoil(window.path, entries.get(spot.place or 0) or {}, str(spot))
        flat = (self._flat(node, window.path) for node in nodes_of(connection))
        return [record for record in flat if record], next_cursor(connection)

    def _flat(self, node: Mapping[str, Any], path: str) -> Record | None:
        """The item; one that can't be read is named as a gap of its place."""
        return contained(partial(flatten, node), partial(self._spoil, path, {**node, "id": None}))

    def _spoil(self, path: str, node: Mapping[str, Any], why: str) -> None:
        """Name what of a place's item could not be read."""
        name = str(node.get("reference") or path)[:MAX_NAME]
        self.overviews.gaps.append(Phrase("{path} could not be read: {reason}", path=name, reason=why))
        self.spoilt.add(path)
        if node.get("id"):
            self.incomplete[id_number(node["id"])] = why

    def _complete(self, records: Mapping[int, Record]) -> None:
        """Read on where an item has more time logs than came along."""
        unread = [r for r in records.values() if r["more_timelogs"]]
        for _ in self.pool.map(self._more_timelogs, chunks(unread, TIMELOG_BATCH)):
            pass

    def _more_timelogs(self, batch: Iterable[Record]) -> None:
        left = [r for r in batch if r["more_timelogs"]]
        pages = {r["id"]: Pages(ref_of(r)) for r in left}
        while left:
            for record in left:
                pages[record["id"]].turn(str(record["more_timelogs"]))
            variables = {f"id{n}": f"gid://gitlab/WorkItem/{r['id']}" for n, r in enumerate(left)}
            variables |= {f"after{n}": str(r["more_timelogs"]) for n, r in enumerate(left)}
            answer, spots = sound_part(partial(self.overviews.size.ask, partial(self._ask_timelogs, variables)))
            asked = {f"i{n}": record for n, record in enumerate(left)}
            for spot in spots:
                torn = asked[str(spot.path[0])]
                self._spoil(torn["path"], {"id": torn["id"], "reference": ref_of(torn)}, str(spot))
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
        if self._renamed(state.get("strangers", {})):
            return None
        records = dict(stored)
        changed: dict[int, Record] = {}
        for start in self._starts(overview):
            changed.update((r["id"], r) for r in self.pool.run(self._changed, start, latest - OVERLAP))
        if overview.total != _plus(state.get("total"), len(changed.keys() - records.keys())):
            return None
        if _blocker_moved(stored, changed):
            return None
        self._complete(changed)
        self._hang_below(apart(epics, stored), changed, overview, _iso(latest - OVERLAP))
        records.update(changed)
        if any(records[number] != stored.get(number) for number in changed):
            self._store(overview, records, state, changed)
        return records

    def _renamed(self, strangers: Mapping[str, str]) -> bool:
        """Whether somebody in the items who is no member is called otherwise now. A hundred in one request."""
        for part in chunks(sorted(strangers), queries.PAGE):
            ids = [f"gid://gitlab/User/{number}" for number in part]
            answer = self.pool.run(self.client.graphql, queries.USERS, {"ids": ids}, where="users")
            found = people_of(nodes_of(answer.get("users")))
            if any(found.get(number, strangers[number]) != strangers[number] for number in part):
                return True
        return False

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
        spoilt = any(is_within(path, overview.path) for path in self.spoilt)
        if self.cache is None or overview.newest is None or spoilt:
            return
        whole_at = base["whole_at"] if base else _iso(self.now)
        state = self._shape(overview) | {"latest": overview.newest, "total": overview.total, "whole_at": whole_at}
        state["names"] = dict(sorted((overview.labels | overview.people).items()))
        people = {number: name for record in records.values() for number, name in record["people"].items()}
        state["strangers"] = {number: people[number] for number in sorted(people.keys() - overview.people.keys())}
        self.cache.store_place(overview.path, state, records if changed is None else changed, base)


def _blocker_moved(stored: Mapping[int, Record], changed: Mapping[int, Record]) -> bool:
    """Whether an item that blocks others seems to have moved: its links go along, and GitLab marks no other end.

    A moved item closes, and another one of the same title is new.
    """
    titles = {record["title"] for number, record in changed.items() if number not in stored}
    moved = {ref_of(r) for r in changed.values() if r["state"] == "closed" and r["title"] in titles}
    return any(moved.intersection(r["blocked_by"]) for number, r in stored.items() if number not in changed)


def _by_project(overview: Overview) -> list[Window]:
    return [Window("project", path) for path in overview.projects]


def _changed_at(record: Record) -> datetime:
    return datetime.fromisoformat(record["updated_at"])


def _plus(total: Any, new: int) -> int | None:
    return total + new if isinstance(total, int) else None


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _add_timelogs(record: Record, item: Mapping[str, Any]) -> None:
    widgets = [w for w in item.get("widgets") or () if w and w.get("timelogs")]
    connection = widgets[0]["timelogs"] if widgets else {}
    seen = {log[0] for log in record["timelogs"]}
    nodes = nodes_of(connection)
    fresh = [flat_timelog(node) for node in nodes]
    record["timelogs"] += [log for log in fresh if log[0] not in seen]
    record["people"] |= people_of(node.get("user") for node in nodes)
    record["more_timelogs"] = next_cursor(connection)
