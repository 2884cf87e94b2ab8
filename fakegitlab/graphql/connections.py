"""Connections: pages of at most 100 nodes behind cursors."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError

from fakegitlab.services.ordering import Order

MAX_PAGE = 100


@dataclass
class Connection:
    """One page of a list; with an order its cursors survive insertions, without they are positions."""

    things: Sequence[Any]
    start: int
    end: int
    order: Order[Any] | None = None

    @property
    def nodes(self) -> Sequence[Any]:
        """The page."""
        return self.things[self.start : self.end]

    @property
    def edges(self) -> list[dict[str, Any]]:
        """The page with cursors."""
        return [{"cursor": self.cursor(self.start + n), "node": node} for n, node in enumerate(self.nodes)]

    @property
    def page_info(self) -> dict[str, Any]:
        """Where the page stands."""
        here = self.start < self.end
        return {
            "hasNextPage": self.end < len(self.things),
            "hasPreviousPage": self.start > 0,
            "startCursor": self.cursor(self.start) if here else None,
            "endCursor": self.cursor(self.end - 1) if here else None,
        }

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.things)

    @property
    def total_spent_time(self) -> int:
        """Seconds of all time logs of the list, not of the page alone."""
        return sum(log.seconds for log in self.things)

    def cursor(self, index: int) -> str:
        """The cursor of a position."""
        if self.order:
            return self.order.cursor(self.things[index])
        return base64.urlsafe_b64encode(str(index + 1).encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError) as error:
        raise GraphQLError("Please provide a valid cursor") from error


def connect(things: Sequence[Any], args: dict[str, Any], order: Order[Any] | None = None) -> Connection:
    """The page that `first`, `after`, `last`, `before` ask for."""
    first, last = args.get("first"), args.get("last")
    if (first is not None and first < 0) or (last is not None and last < 0):
        raise GraphQLError("Pagination arguments must not be negative")
    start, end = _bounds(things, args, order)
    if last is not None and first is None:
        return Connection(things, max(start, end - min(last, MAX_PAGE)), end, order)
    size = min(first if first is not None else MAX_PAGE, MAX_PAGE)
    return Connection(things, start, min(end, start + size), order)


def _bounds(things: Sequence[Any], args: dict[str, Any], order: Order[Any] | None) -> tuple[int, int]:
    after, before = args.get("after"), args.get("before")
    start, end = 0, len(things)
    try:
        if after:
            start = order.index_after(things, after) if order else _position(after)
        if before:
            end = (order.index_after(things, before) if order else _position(before)) - 1
    except (ValueError, TypeError) as error:
        raise GraphQLError("Please provide a valid cursor") from error
    return min(start, len(things)), max(start, min(end, len(things)))
