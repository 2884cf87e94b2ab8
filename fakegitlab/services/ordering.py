"""Sorting, and pages after a cursor: one way for REST keyset pages and GraphQL connections."""

from __future__ import annotations

import base64
import binascii
import bisect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fakegitlab.entities import Item

T = TypeVar("T")


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


ITEM_KEYS: dict[str, Callable[[Item], Any]] = {
    "created_at": lambda item: item.created_at.isoformat(),
    "updated_at": lambda item: item.updated_at.isoformat(),
    "closed_at": lambda item: _day(item.closed_at),
    "due_date": lambda item: _day(item.due_date),
    "start_date": lambda item: _day(item.start_date),
    "milestone_due": lambda item: _day(item.milestone and item.milestone.due_date),
    "title": lambda item: item.title.lower(),
    "weight": lambda item: item.weight,
    "health": lambda item: {None: None, "on_track": 1, "needs_attention": 2, "at_risk": 3}[item.health],
    "id": lambda item: item.id,
    "relative_position": lambda item: item.id,
    "priority": lambda item: item.id,
    "label_priority": lambda item: item.id,
    "popularity": lambda item: sum(award.name == "thumbsup" for award in item.awards),
}


@dataclass(frozen=True)
class Order(Generic[T]):
    """A key and a direction; ties are broken by id, empty values come last."""

    name: str
    key: Callable[[T], Any]
    descending: bool = False

    def rank(self, thing: T) -> tuple[Any, ...]:
        """What is compared, and what a cursor holds."""
        value = self.key(thing)
        present = value is not None
        return (present if self.descending else not present, value if present else 0, thing.id)  # type: ignore[attr-defined]

    def sort(self, things: Sequence[T]) -> list[T]:
        """In order."""
        return sorted(things, key=self.rank, reverse=self.descending)

    def cursor(self, thing: T) -> str:
        """Where a page ended, as GitLab hides it: base64 of JSON."""
        text = json.dumps(self.rank(thing), separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode()

    def index_after(self, ordered: Sequence[T], cursor: str) -> int:
        """The first position beyond the cursor."""
        wanted = read_cursor(cursor)
        if not self.descending:
            return bisect.bisect_right(ordered, wanted, key=self.rank)
        left, right = 0, len(ordered)
        while left < right:
            middle = (left + right) // 2
            if self.rank(ordered[middle]) >= wanted:
                left = middle + 1
            else:
                right = middle
        return left


def read_cursor(cursor: str) -> tuple[Any, ...]:
    """A cursor's rank; ValueError when it is none of ours."""
    try:
        rank = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError) as error:
        raise ValueError("Please provide a valid cursor") from error
    if not isinstance(rank, list):
        raise ValueError("Please provide a valid cursor")
    return tuple(rank)


def item_order(name: str, descending: bool) -> Order[Item]:
    """An order of items."""
    return Order(name, ITEM_KEYS[name], descending)
