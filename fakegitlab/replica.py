"""A database replica that lags behind: reads show notes and issues as they were some requests ago."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fakegitlab.entities import Item, Note
from fakegitlab.store import Store


@dataclass
class Replica:
    """`lag`: so many reads pass before it catches up; 0 for none. `stale` counts reads that showed something old."""

    lag: int = 0
    stale: int = 0
    _age: int = 0
    _writes: int = -1
    _notes: dict[Note, str] = field(default_factory=dict)
    _items: dict[Item, tuple[str, str]] = field(default_factory=dict)

    @contextmanager
    def serving(self, world: Store) -> Iterator[None]:
        """While this lasts, the world shows what the replica holds; nothing may write meanwhile."""
        self._catch_up(world)
        if not self.lag or self._writes == len(world.writes):
            yield
            return
        self.stale += 1
        now = _Shown.of(world)
        world.changed()
        try:
            _Shown(self._notes, self._items).put_into(world)
            yield
        finally:
            now.put_into(world)
            world.changed()
            self._age += 1

    def _catch_up(self, world: Store) -> None:
        behind = self._writes >= 0 and self.lag
        if behind and self._age < self.lag:
            return
        self._age = 0
        if self.lag:
            shown = _Shown.of(world)
            self._notes, self._items, self._writes = shown.notes, shown.items, len(world.writes)
        else:
            self._writes = -1


@dataclass(frozen=True)
class _Shown:
    notes: dict[Note, str]
    items: dict[Item, tuple[str, str]]

    @classmethod
    def of(cls, world: Store) -> _Shown:
        notes = {note: note.body for item in world.items.values() for note in item.notes}
        return cls(notes, {item: (item.description, item.state) for item in world.items.values()})

    def put_into(self, world: Store) -> None:
        """Make this the world's notes and items."""
        for item in world.items.values():
            item.namespace.items.pop(item.iid, None)
            item.notes = []
        world.items = {item.id: item for item in self.items}
        for item, (description, state) in self.items.items():
            item.namespace.items[item.iid] = item
            item.description, item.state = description, state
        for note, body in self.notes.items():
            note.body = body
            note.item.notes.append(note)
        world.notes = {note.id: note for note in self.notes}
