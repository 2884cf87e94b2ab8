"""Finding items: one set of filters for both APIs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from fakegitlab.entities import Item, Namespace
from fakegitlab.services.access import Actor
from fakegitlab.services.ordering import Order

CACHED_LISTS = 64


@dataclass(frozen=True)
class Criteria:
    """What is asked for; None asks for nothing."""

    types: frozenset[str] | None = None
    state: str | None = None
    labels: tuple[str, ...] = ()
    any_labels: tuple[str, ...] = ()
    not_labels: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    not_milestones: tuple[str, ...] = ()
    author: int | None = None
    not_author: int | None = None
    assignee: int | str | None = None
    iids: frozenset[int] | None = None
    ids: frozenset[int] | None = None
    parents: frozenset[int] | None = None
    with_epic: bool | None = None
    confidential: bool | None = None
    health: str | None = None
    search: str | None = None
    search_in: tuple[str, ...] = ("title", "description")
    created_after: datetime | None = None
    created_before: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    closed_after: datetime | None = None
    closed_before: datetime | None = None
    due_after: datetime | None = None
    due_before: datetime | None = None


def find_items(actor: Actor, spaces: Iterable[Namespace], criteria: Criteria, order: Order[Item]) -> list[Item]:
    """The visible items of those places that fit, in order; remembered until something is written."""
    places = list(spaces)
    world = actor.world
    key = (actor.user.id, tuple(id(space) for space in places), criteria, order.name, order.descending)
    kept = world.list_cache.get(key)
    if kept and kept[0] == world.revision:
        return kept[1]
    found = order.sort([item for item in candidates(places) if fits(item, criteria) and actor.sees(item)])
    if len(world.list_cache) >= CACHED_LISTS:
        world.list_cache.clear()
    world.list_cache[key] = (world.revision, found)
    return found


def candidates(spaces: Iterable[Namespace]) -> Iterator[Item]:
    """All items of those places."""
    for space in spaces:
        yield from space.items.values()


def fits(item: Item, wanted: Criteria) -> bool:
    """Whether the item meets every condition."""
    return all(
        test(item, value)
        for name, test in TESTS.items()
        if (value := getattr(wanted, name)) is not None and value != ()
    ) and (not wanted.search or _matches(item, wanted.search, wanted.search_in))


def _matches(item: Item, search: str, places: tuple[str, ...]) -> bool:
    texts = " ".join(str(getattr(item, place)) for place in places).lower()
    return all(word in texts for word in search.lower().split())


def _has_labels(item: Item, titles: tuple[str, ...]) -> bool:
    mine = {label.title.lower() for label in item.labels}
    first = titles[0].lower()
    if first in ("none", "any") and len(titles) == 1:
        return bool(mine) == (first == "any")
    return all(_label_there(title.lower(), mine) for title in titles)


def _label_there(title: str, mine: set[str]) -> bool:
    if title.endswith("::*"):
        return any(label.startswith(title[:-1]) for label in mine)
    return title in mine


def _has_milestone(item: Item, titles: tuple[str, ...]) -> bool:
    mine = item.milestone.title.lower() if item.milestone else "none"
    lowered = [title.lower() for title in titles]
    return mine in lowered or ("any" in lowered and item.milestone is not None)


def _assigned(item: Item, who: int | str) -> bool:
    if isinstance(who, str):
        return bool(item.assignees) == (who.lower() == "any")
    return any(user.id == who for user in item.assignees)


def _health(item: Item, value: str) -> bool:
    if value in ("any", "none"):
        return bool(item.health) == (value == "any")
    return item.health == value


def _noon(day: Any) -> datetime | None:
    return datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00") if day else None


def _due_after(item: Item, moment: datetime) -> bool:
    due = _noon(item.due_date)
    return due is not None and due >= moment


def _due_before(item: Item, moment: datetime) -> bool:
    due = _noon(item.due_date)
    return due is not None and due <= moment


TESTS: dict[str, Any] = {
    "types": lambda item, value: item.type in value,
    "state": lambda item, value: item.state == value,
    "labels": _has_labels,
    "any_labels": lambda item, value: any(_has_labels(item, (title,)) for title in value),
    "not_labels": lambda item, value: not any(_has_labels(item, (title,)) for title in value),
    "with_epic": lambda item, value: bool(item.parent and item.parent.is_epic) == value,
    "milestones": _has_milestone,
    "not_milestones": lambda item, value: not _has_milestone(item, value),
    "author": lambda item, value: item.author.id == value,
    "not_author": lambda item, value: item.author.id != value,
    "assignee": _assigned,
    "iids": lambda item, value: item.iid in value,
    "ids": lambda item, value: item.id in value,
    "parents": lambda item, value: item.parent is not None and item.parent.id in value,
    "confidential": lambda item, value: item.confidential == value,
    "health": _health,
    "created_after": lambda item, value: item.created_at >= value,
    "created_before": lambda item, value: item.created_at <= value,
    "updated_after": lambda item, value: item.updated_at >= value,
    "updated_before": lambda item, value: item.updated_at <= value,
    "closed_after": lambda item, value: item.closed_at is not None and item.closed_at >= value,
    "closed_before": lambda item, value: item.closed_at is not None and item.closed_at <= value,
    "due_after": _due_after,
    "due_before": _due_before,
}
assert set(TESTS) | {"search", "search_in"} == {field.name for field in fields(Criteria)}
