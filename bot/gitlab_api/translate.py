"""GitLab's JSON → the model. Values in, values out: nothing here asks GitLab, and nothing of GraphQL leaves it.

A work item first becomes a flat `Record` of plain JSON values: that is what the cache keeps, so that what was cached and
what was just read go the same way from there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from types import MappingProxyType
from typing import Any, Final, TypedDict
from urllib.parse import urljoin

from bot.domain.border import one_line, read_day, read_instant
from bot.domain.facts import ITEM_BLOCKS, may_hold_block, read_block
from bot.domain.messages import Phrase
from bot.domain.model import DueChange, FactFault, Item, Milestone, TimeLog, label_scope
from bot.domain.spent import spent_day
from bot.domain.vocabulary import ItemState, Outcome, TimeboxState
from bot.gitlab_api.answers import nodes_of
from bot.gitlab_api.queries import ELSEWHERE

HEALTH = {"onTrack": "on_track", "needsAttention": "needs_attention", "atRisk": "at_risk"}
NO_WORK_TYPES = frozenset({"test_case", "requirement", "objective", "key_result"})
CANCELED = "CANCELED"
"""The category of the statuses that close an item undone; their names are free text."""
NO_ZONES: Mapping[str, tzinfo] = MappingProxyType({})
_MARKER = re.compile(r"^<!-- psbot:\d+ kind=", re.M)
SECONDS_AN_HOUR = 3600


class Record(TypedDict):
    """One work item, flat. Instants are GitLab's texts; `timelogs` are [id, user, spent at, seconds].

    `people` are the usernames in it by id, so that a renamed one can be told.
    """

    id: int
    iid: int
    path: str
    type: str
    title: str
    state: str
    confidential: bool
    created_at: str
    updated_at: str
    closed_at: str | None
    web_url: str
    description: str
    assignees: list[str]
    labels: list[str]
    milestone: int | None
    start: str | None
    due: str | None
    health: str | None
    weight: float | None
    estimate: float
    spent: float
    parent: int | None
    blocked_by: list[str]
    iteration: str | None
    timelogs: list[list[Any]]
    more_timelogs: str | None
    people: dict[str, str]
    status: str | None
    dropped: bool
    """Closed without being done, as its status or the place where it went on tells."""
    posted: bool
    """psbot's own marker stands in its description: one of its report issues."""


def id_number(gid: Any) -> int:
    """`gid://gitlab/WorkItem/12` → 12."""
    return int(str(gid).rpartition("/")[2])


def flatten(node: Mapping[str, Any]) -> Record:
    """A `PsbotItem` of GraphQL as a record. A widget that this edition or licence lacks leaves its default."""
    w: dict[str, Any] = {}
    for widget in node.get("widgets") or ():
        w.update(widget or {})
    logs, status = w.get("timelogs") or {}, w.get("status") or {}
    return Record(
        id=id_number(node["id"]),
        iid=int(node["iid"]),
        path=path_of(str(node["reference"])),
        type=type_name(node),
        title=str(node.get("title") or ""),
        state="closed" if str(node.get("state")).upper() == "CLOSED" else "opened",
        confidential=bool(node.get("confidential")),
        created_at=str(node["createdAt"]),
        updated_at=str(node["updatedAt"]),
        closed_at=node.get("closedAt"),
        web_url=str(node.get("webUrl") or ""),
        description=described(w.get("description")),
        assignees=[str(user["username"]) for user in nodes_of(w.get("assignees"))],
        labels=[str(label["title"]) for label in nodes_of(w.get("labels"))],
        milestone=id_number(w["milestone"]["id"]) if w.get("milestone") else None,
        start=w.get("startDate"),
        due=w.get("dueDate"),
        health=HEALTH.get(str(w.get("healthStatus"))),
        weight=number_of(w.get("weight")),
        estimate=number_of(w.get("timeEstimate")) or 0,
        spent=number_of(w.get("totalTimeSpent")) or 0,
        parent=id_number(w["parent"]["id"]) if w.get("parent") else None,
        blocked_by=sorted(_blockers(w.get("linkedItems"))),
        iteration=_iteration(w.get("iteration")),
        timelogs=[flat_timelog(log) for log in nodes_of(logs)],
        more_timelogs=next_cursor(logs),
        people=people_of(nodes_of(w.get("assignees"))) | people_of(log.get("user") for log in nodes_of(logs)),
        status=str(status["name"]) if status.get("name") else None,
        dropped=status.get("category") == CANCELED or any(node.get(name) for name in ELSEWHERE),
        posted=bool(_MARKER.search(str(w.get("description") or ""))),
    )


def described(text: Any) -> str:
    """A description that holds a block of facts; any other text is nobody's business here."""
    return str(text) if text and may_hold_block(str(text)) else ""


def people_of(users: Iterable[Mapping[str, Any] | None]) -> dict[str, str]:
    """Usernames by id; without those that are gone."""
    return {str(id_number(user["id"])): str(user["username"]) for user in users if user}


def next_cursor(connection: Any) -> str | None:
    """Where the next page starts; None at the end."""
    info = (connection or {}).get("pageInfo") or {}
    return str(info["endCursor"]) if info.get("hasNextPage") else None


def flat_timelog(log: Mapping[str, Any]) -> list[Any]:
    """A time log as [id, user, spent at, seconds]."""
    user = (log.get("user") or {}).get("username") or "ghost"
    return [id_number(log["id"]), str(user), str(log.get("spentAt") or ""), number_of(log["timeSpent"]) or 0]


def type_name(node: Mapping[str, Any]) -> str:
    """`Test Case` → `test_case`. Types can be made up and renamed (19.1): the set is open, but an epic's reference says so."""
    if "&" in str(node.get("reference") or ""):
        return "epic"
    name = str((node.get("workItemType") or {}).get("name") or "issue")
    return "_".join(name.lower().split())


def path_of(reference: str) -> str:
    """`group/project` of `group/project#12`; older servers write an epic `group#7`, newer ones `group&7`."""
    return re.split(r"[#&]", reference, maxsplit=1)[0]


def make_ref(path: str, kind: str, iid: int) -> str:
    """`group/project#12`, or `group&7` for an epic."""
    return f"{path}{'&' if kind == 'epic' else '#'}{iid}"


def ref_of(record: Record) -> str:
    """The item's reference."""
    return make_ref(record["path"], record["type"], record["iid"])


def number_of(value: Any) -> float | None:
    """A number, or none. What should be one and isn't becomes NaN: the border names it where it belongs."""
    if value is None:
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _blockers(connection: Any) -> Iterator[str]:
    for link in nodes_of(connection):
        other = link.get("workItem")
        if other and link.get("linkType") in (None, "is_blocked_by"):
            yield make_ref(path_of(str(other["reference"])), type_name(other), int(other["iid"]))


def _iteration(value: Any) -> str | None:
    if not value:
        return None
    return str(value.get("title") or f"{value.get('startDate')} – {value.get('dueDate')}")


# -- records → the model


def make_item(
    record: Record,
    milestones: Mapping[int, Milestone],
    label_dates: Mapping[str, datetime],
    due_history: Iterable[DueChange],
    *,
    parent: Record | None = None,
    left: bool = False,
    updates: tuple[datetime, ...] | None = None,
) -> tuple[Item, list[FactFault]]:
    """The item, and what of its `ps-change-order` or `ps-risk` block can't be read. `left`: its notes say that it went elsewhere."""
    ref = ref_of(record)
    closed = record["state"] == "closed"
    facts, faults = item_facts(record["description"], ref)
    dates = {name: reader(record.get(name)) for name, reader in _DATES}
    faults += [
        _unreadable(name, record.get(name), ref) for name, at in dates.items() if at is None and record.get(name)
    ]
    stone = milestones.get(record["milestone"]) if record["milestone"] is not None else None
    item = Item(
        ref=ref,
        title=record["title"],
        type=record["type"],
        state=ItemState.CLOSED if closed else ItemState.OPENED,
        created_at=dates["created_at"],
        closed_at=dates["closed_at"] if closed else None,
        start_date=dates["start"],
        due_date=dates["due"],
        milestone=stone.title if stone else None,
        weight=float(record["weight"]) if record["weight"] is not None else None,
        estimate_hours=record["estimate"] / SECONDS_AN_HOUR if record["estimate"] else None,
        spent_hours=record["spent"] / SECONDS_AN_HOUR,
        assignees=tuple(sorted(record["assignees"])),
        labels=tuple(sorted(record["labels"])),
        label_dates={name: at for name, at in sorted(label_dates.items()) if _is_known(name, record["labels"])},
        blocked_by=tuple(record["blocked_by"]),
        confidential=record["confidential"],
        health_status=record["health"],
        updated_at=dates["updated_at"],
        due_history=tuple(due_history),
        facts=facts,
        web_url=record["web_url"],
        iteration=record["iteration"],
        parent=ref_of(parent) if parent else None,
        outcome=(Outcome.DROPPED if record["dropped"] or left else Outcome.DONE) if closed else None,
        status=record["status"],
        takes_texts=record["posted"],
        updates=updates,
    )
    return item, faults


def _unreadable(name: str, value: object, ref: str) -> FactFault:
    """A date or an instant that is none."""
    return FactFault(name, 0, Phrase("{value} is not a date", value=repr(one_line(str(value)[:40]))), ref)


def _is_known(name: str, labels: Collection[str]) -> bool:
    """Whether the item has that label, or one of its scope that replaced it."""
    scope = label_scope(name)
    return name in labels or bool(scope and any(label_scope(label) == scope for label in labels))


def item_facts(description: str, ref: str) -> tuple[dict[str, Any], list[FactFault]]:
    """The keys of a change order's or a risk's block; a block that is no YAML is a fault."""
    facts: dict[str, Any] = {}
    faults: list[FactFault] = []
    for info in ITEM_BLOCKS if description else ():
        values, _, found = read_block(description, info)
        facts |= values
        faults += [FactFault(fault.key or info, fault.line, fault.message, ref) for fault in found]
    return facts, faults


def make_timelog(
    record: Record, entry: Sequence[Any], zone: tzinfo, billable: bool, zones: Mapping[str, tzinfo] = NO_ZONES
) -> TimeLog:
    """A time log of the item; subtracted time is negative. `zones` are those of people, where they are known."""
    _, user, spent_at, seconds = entry
    at = instant(spent_at or record["updated_at"])
    if at is None:
        raise ValueError(f"no instant: {spent_at!r}")
    return TimeLog(
        ref_of(record), user, spent_day(at, zone, zones.get(str(user).casefold())), seconds / SECONDS_AN_HOUR, billable
    )


def may_be_picked(text: Any) -> bool:
    """Whether a time log may have been given as a day: only then it matters in which zone its person is."""
    at = instant(text)
    return at is not None and (at.second, at.microsecond) == (0, 0) and at.minute % 15 == 0


def make_milestone(node: Mapping[str, Any], base_url: str) -> Milestone:
    """A milestone of a group or project. GitLab tells no closing time: the last change of a closed one stands for it."""
    title, closed = str(node["title"]), node.get("state") == "closed"
    owner = (node.get("project") or node.get("group") or {}).get("fullPath") or ""
    return Milestone(
        title=title,
        ref=f'{owner}%"{title}"',
        start_date=day(node.get("startDate")),
        due_date=day(node.get("dueDate")),
        state=TimeboxState.CLOSED if closed else TimeboxState.ACTIVE,
        closed_at=instant(node.get("updatedAt")) if closed else None,
        # The path holds the relative root (`/gitlab/…`) already.
        web_url=urljoin(base_url, str(node["webPath"])) if node.get("webPath") else "",
    )


def instant(text: Any) -> datetime | None:
    """GitLab's ISO instant in UTC; None for null, and for what is none."""
    return read_instant(text)


def day(text: Any) -> date | None:
    """GitLab's date, also where it comes as the midnight of that day; None for null, and for what is none."""
    return read_day(text)


_DATES: Final[tuple[tuple[str, Callable[[Any], Any]], ...]] = (
    *((name, instant) for name in ("created_at", "closed_at", "updated_at")),
    *((name, day) for name in ("start", "due")),
)
