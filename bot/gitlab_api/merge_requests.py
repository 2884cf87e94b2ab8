"""Hours logged on merge requests: GitLab keeps them among the time logs of a group or project, not with any work item.

A group's logs are read only where their sum differs from what its issues and tasks account for: where nobody logs time on
merge requests that costs nothing. They are kept until that sum, or the newest entry, is another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import Any, cast

from bot.domain.bulkhead import contained
from bot.domain.frozen import frozen
from bot.domain.limits import is_sane
from bot.domain.model import TimeLog
from bot.gitlab_api.answers import nodes_of, understood
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.namespaces import Namespace
from bot.gitlab_api.paging import Pages
from bot.gitlab_api.queries import PAGE, PAGE_INFO
from bot.gitlab_api.translate import Record, flat_timelog, id_number, make_timelog, next_cursor

KINDS = ("group", "project")
CACHED = "time on merge requests"


@frozen
class MergeRequestLog:
    """Time on one merge request: its project and number, and the log as of an item."""

    path: str
    iid: int
    entry: tuple[Any, ...]

    def as_timelog(self, zone: tzinfo, zones: Mapping[str, tzinfo]) -> TimeLog:
        """As the model has it: the item is the merge request, `group/project!12`."""
        stub = cast("Record", {"path": self.path, "type": "merge_request", "iid": self.iid, "updated_at": ""})
        return replace(make_timelog(stub, self.entry, zone, True, zones), item=f"{self.path}!{self.iid}")


def read_merge_request_time(
    client: GitLabClient, place: Namespace, tell: Callable[[str], None], cache: Cache | None = None
) -> list[MergeRequestLog]:
    """All time logs of merge requests in a place; none where its items account for all of its time.

    `tell` hears of each that can't be read; then nothing is kept, and the next run asks again.
    """
    on_items = _on_items(place.records.values())
    if place.overview.time_spent == on_items or not place.overview.newest_time:
        return []
    number = id_number(place.overview.gid) * len(KINDS) + KINDS.index(place.overview.kind)
    stamps = {number: _stamp(place, on_items)}
    stored = cache.load_histories(CACHED, stamps).get(number) if cache else None
    if stored is not None:
        return [MergeRequestLog(path, iid, tuple(entry)) for path, iid, entry in stored]
    troubles: list[str] = []
    found = {log.entry[0]: log for log in _pages(client, place.overview.kind, place.overview.path, troubles.append)}
    for why in troubles:
        tell(why)
    if cache and not troubles:
        cache.store_histories(CACHED, stamps, {number: [[m.path, m.iid, list(m.entry)] for m in found.values()]})
    return list(found.values())


def _stamp(place: Namespace, on_items: int) -> str:
    """What must be the same for kept logs to be of use: sum, newest entry, names of places and people."""
    o = place.overview
    names = repr((sorted(o.spaces.items()), sorted(o.people.items())))
    return f"{o.time_spent} {on_items} {o.newest_time} {hashlib.sha256(names.encode('utf-8', 'replace')).hexdigest()}"


def _on_items(records: Iterable[Record]) -> int:
    return sum(int(entry[3]) for r in records if r["type"] != "epic" for entry in r["timelogs"] if is_sane(entry[3]))


def _pages(client: GitLabClient, kind: str, path: str, tell: Callable[[str], None]) -> Iterable[MergeRequestLog]:
    query = (
        f"query PsbotMergeRequestTime($path: ID!, $after: String) {{ place: {kind}(fullPath: $path) {{ "
        f"timelogs(first: {PAGE}, after: $after, sort: CREATED_ASC) {{ {PAGE_INFO} nodes {{ id spentAt timeSpent "
        "user { id username } project { fullPath } mergeRequest { iid } } } } }"
    )
    after, pages = None, Pages(path)
    while True:
        answer = client.graphql(query, {"path": path, "after": after}, where=f"time logs of {path}")
        connection = (answer.get("place") or {}).get("timelogs") or {}
        with understood(f"time logs of {path}"):
            nodes = nodes_of(connection)
            after = next_cursor(connection)
        yield from (log for node in nodes if (log := contained(partial(_log, node), tell, fatal=())))
        if after is None:
            return
        pages.turn(after)


def _log(node: Mapping[str, Any]) -> MergeRequestLog | None:
    found, project = node.get("mergeRequest"), node.get("project")
    if not found or not project:
        return None
    return MergeRequestLog(str(project["fullPath"]), int(found["iid"]), tuple(flat_timelog(node)))
