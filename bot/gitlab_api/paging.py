"""Turning pages: every list that comes in pages notices when it does not get on, and ends somewhere."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from bot.domain.errors import UnreachableError

MOST_PAGES = 5_000
"""Pages of one list: half a million entries."""
IDLE_PAGES = 3
"""So many pages without anything new are no list any more."""


class StuckPaging(UnreachableError):
    """The server leads in a circle: reading on would never end."""


class Pages:
    """One list on its way: where it has led, and what it has shown."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._cursors: set[str] = set()
        self._seen: set[Hashable] = set()
        self._idle = 0

    def turn(self, cursor: str, entries: Iterable[Hashable] | None = None) -> None:
        """A page was read that held `entries`, and `cursor` leads to the next one. Raises StuckPaging."""
        if entries is not None:
            fresh = set(entries) - self._seen
            self._seen |= fresh
            self._idle = 0 if fresh else self._idle + 1
        if cursor in self._cursors:
            raise self._stuck("the server repeats a page's cursor")
        if self._idle >= IDLE_PAGES:
            raise self._stuck("the server repeats what earlier pages held")
        self._cursors.add(cursor)
        if len(self._cursors) >= MOST_PAGES:
            raise self._stuck(f"the list is not over after {MOST_PAGES:,} pages, the ceiling of one list")

    def _stuck(self, why: str) -> StuckPaging:
        return StuckPaging(f"does not get on: {why}", self._where, "Is a proxy or cache in between?")
