"""Epics of servers where they are no work items yet (Premium and Ultimate before 17.2): the epics REST API.

Such an epic is a record like any other, with its REST id negated as its id: the two kinds of number would collide.
An issue there tells its epic in REST only, so that a page of a hundred issues costs a second request.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.domain.errors import AccessError, NotFoundError
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.translate import Record, described, path_of

log = logging.getLogger("psbot.gitlab")
ALWAYS_ITEMS = (18, 1)
"""From this version on epics are work items on every server; some were from 17.2 on."""


def may_stand_apart(client: GitLabClient, features: Mapping[str, bool]) -> bool:
    """Whether this server may have epics that its list of work items leaves out."""
    known = client.capabilities
    return known.enterprise and known.version[:2] < ALWAYS_ITEMS and features.get("hasEpicsFeature") is not False


def read_epics(client: GitLabClient, path: str) -> dict[int, Record]:
    """All epics of a group and below, by (negative) id; none where the licence has none."""
    listed = client.get_all(
        f"/groups/{quote(path, safe='')}/epics", state="all", order_by="created_at", sort="asc", pagination=None
    )
    try:
        return {record["id"]: record for record in map(flatten_epic, listed)}
    except (AccessError, NotFoundError) as problem:
        log.debug("no epics in %s: %s", path, problem)
        return {}


def read_epic_parents(client: GitLabClient, path: str, since: str | None) -> dict[int, int]:
    """Issue id → (negative) id of its epic, for the issues below a group that changed `since`."""
    asked: dict[str, Any] = {"epic_id": "Any", "scope": "all", "state": "all", "order_by": "created_at", "sort": "asc"}
    if since:
        asked["updated_after"] = since
    listed = client.get_all(f"/groups/{quote(path, safe='')}/issues", pagination=None, **asked)
    return {int(issue["id"]): -int(issue["epic"]["id"]) for issue in listed if issue.get("epic")}


def apart(epics: Mapping[int, Record], records: Mapping[int, Record]) -> Mapping[int, Record]:
    """`epics`, if they are no work items: none when there are epics among the `records` of all work items."""
    return {} if any(record["type"] == "epic" for record in records.values()) else epics


def flatten_epic(epic: Mapping[str, Any]) -> Record:
    """An epic of REST as a record."""
    return Record(
        id=-int(epic["id"]),
        iid=int(epic["iid"]),
        path=path_of(str(epic["references"]["full"])),
        type="epic",
        title=str(epic.get("title") or ""),
        state="closed" if epic.get("state") == "closed" else "opened",
        confidential=bool(epic.get("confidential")),
        created_at=str(epic["created_at"]),
        updated_at=str(epic["updated_at"]),
        closed_at=epic.get("closed_at"),
        web_url=str(epic.get("web_url") or ""),
        description=described(epic.get("description")),
        assignees=[],
        labels=[str(label) for label in epic.get("labels") or ()],
        milestone=None,
        start=epic.get("start_date"),
        due=epic.get("due_date"),
        health=None,
        weight=None,
        estimate=0,
        spent=0,
        parent=-int(epic["parent_id"]) if epic.get("parent_id") else None,
        blocked_by=[],
        iteration=None,
        timelogs=[],
        more_timelogs=None,
        people={},
        status=None,
        dropped=False,
        posted=False,
    )
