"""The world's memory: every object by its id, the clock, and what the server recorded on the side."""

from __future__ import annotations

import hashlib
import threading
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from fakegitlab.editions import Edition
from fakegitlab.entities import (
    Event,
    Group,
    Item,
    Iteration,
    Label,
    Link,
    Mention,
    Milestone,
    Namespace,
    Note,
    Notification,
    Project,
    Status,
    TimeLog,
    Token,
    User,
    Write,
)

N = TypeVar("N", bound=Namespace)
Moment = datetime | date | str
FIRST_ID = {"user": 100, "group": 1000, "project": 2000, "item": 50001, "epic": 301, "note": 700001, "label": 4001}
STATUSES = (
    Status(1, "To do", "TO_DO", "#737278", 0),
    Status(2, "In progress", "IN_PROGRESS", "#1f75cb", 0),
    Status(3, "Done", "DONE", "#108548", 0),
    Status(4, "Won't do", "CANCELED", "#DD2B0E", 0),
    Status(5, "Duplicate", "CANCELED", "#DD2B0E", 10),
)
CLOSING = frozenset({"DONE", "CANCELED"})
"""The categories whose statuses close an item."""


def as_moment(value: Moment) -> datetime:
    """A point in time in UTC; a bare date means noon."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(12))
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Store:
    """Objects by id, the clock, and the side records (mentions, notifications)."""

    def __init__(self, now: Moment | None = None, edition: Edition | None = None) -> None:
        self.now = as_moment(now) if now is not None else datetime.now(UTC).replace(microsecond=0)
        self.tick = timedelta(seconds=1)
        self.edition = edition or Edition()
        self.base_url = "https://gitlab.example.com"
        self.lock = threading.RLock()
        self.revision = 0
        self.users: dict[int, User] = {}
        self.tokens: dict[str, Token] = {}
        self.groups: dict[int, Group] = {}
        self.projects: dict[int, Project] = {}
        self.paths: dict[str, Namespace] = {}
        self.redirects: dict[str, Namespace] = {}
        self.items: dict[int, Item] = {}
        self.epics: dict[int, Item] = {}
        self.notes: dict[int, Note] = {}
        self.labels: dict[int, Label] = {}
        self.milestones: dict[int, Milestone] = {}
        self.iterations: dict[int, Iteration] = {}
        self.timelogs: dict[int, TimeLog] = {}
        self.links: dict[int, Link] = {}
        self.events: dict[int, Event] = {}
        self.mentions: list[Mention] = []
        self.notifications: list[Notification] = []
        self.commands_run: list[tuple[Item, str]] = []
        self.writes: list[Write] = []
        self.list_cache: dict[object, tuple[int, list[Item]]] = {}
        self._last_ids: dict[str, int] = {}
        self._usernames: dict[str, User] = {}

    # --- clock and ids ---------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The server's date (UTC)."""
        return self.now.date()

    def advance(self, seconds: float = 1) -> datetime:
        """Move the clock on."""
        self.now += timedelta(seconds=seconds)
        return self.now

    def next_id(self, kind: str) -> int:
        """The next number of that kind; kinds start far apart so that mixed-up ids show."""
        self._last_ids[kind] = self._last_ids.get(kind, FIRST_ID.get(kind, 1) - 1) + 1
        return self._last_ids[kind]

    def next_discussion_id(self) -> str:
        """A 40-digit hexadecimal id."""
        seed = f"discussion {self.next_id('discussion')}"
        return hashlib.sha1(seed.encode(), usedforsecurity=False).hexdigest()

    def changed(self) -> None:
        """Something was written: cached lists are stale."""
        self.revision += 1

    def delete(self, item: Item) -> None:
        """It is gone, with all that hangs on it."""
        del item.namespace.items[item.iid], self.items[item.id]
        if item.epic_id is not None:
            del self.epics[item.epic_id]
        self.changed()

    def record(self, kind: str, where: str, user: User, detail: object = "") -> None:
        """Note a write by a client; the clock moves on a little."""
        self.writes.append(Write(kind, where, user, self.now, str(detail)))
        self.now += self.tick
        self.changed()

    # --- lookups -----------------------------------------------------------------------------------------------------

    def find_user(self, key: int | str) -> User | None:
        """By id or username, letter case aside."""
        if isinstance(key, int):
            return self.users.get(key)
        return self._usernames.get(key.lower().lstrip("@"))

    def find_group(self, key: int | str) -> Group | None:
        """By id or full path."""
        return self._find(key, self.groups, Group)

    def find_project(self, key: int | str) -> Project | None:
        """By id or full path."""
        return self._find(key, self.projects, Project)

    def find_namespace(self, path: str) -> Namespace | None:
        """By full path, letter case aside."""
        return self.paths.get(path.lower())

    def _find(self, key: int | str, by_id: dict[int, N], kind: type[N]) -> N | None:
        if isinstance(key, int) or key.isdecimal():
            return by_id.get(int(key))
        found = self.paths.get(key.lower())
        return found if isinstance(found, kind) else None

    def find_item(self, namespace: Namespace, iid: int) -> Item | None:
        """By number within its project or group."""
        return namespace.items.get(iid)

    def find_label(self, namespace: Namespace, title: str) -> Label | None:
        """The label of that title in the namespace or above it."""
        wanted = title.lower()
        for owner in namespace.lineage():
            for label in owner.labels:
                if label.title.lower() == wanted:
                    return label
        return None

    def find_milestone(self, namespace: Namespace, title: str) -> Milestone | None:
        """The milestone of that title in the namespace or above it."""
        for owner in namespace.lineage():
            for milestone in owner.milestones:
                if milestone.title == title:
                    return milestone
        return None

    def find_reference(self, text: str) -> Item | None:
        """`group/project#12` or `group&7` to the item."""
        for symbol in "#&":
            path, found, iid = text.rpartition(symbol)
            owner = self.find_namespace(path) if found and iid.isdecimal() else None
            if owner and (symbol == "&") == owner.is_group:
                return owner.items.get(int(iid))
        return None

    def item(self, text: str) -> Item:
        """What `group/project#12` or `group&7` names; a KeyError where nothing has that name."""
        found = self.find_reference(text)
        if found is None:
            raise KeyError(text)
        return found

    # --- registration ------------------------------------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Keep a user."""
        self.users[user.id] = user
        self._usernames[user.username.lower()] = user
        return user

    def add_namespace(self, space: Group | Project) -> None:
        """Keep a group or project under its parent and path."""
        if isinstance(space, Group):
            self.groups[space.id] = space
            if space.parent:
                space.parent.groups.append(space)
        else:
            self.projects[space.id] = space
            if space.parent:
                space.parent.projects.append(space)
        self.paths[space.full_path.lower()] = space
        self.changed()

    def reindex(self, space: Namespace, moved: dict[str, Namespace]) -> None:
        """After a rename: register the new paths; the old ones redirect."""
        for old, owner in moved.items():
            self.paths.pop(old, None)
            self.redirects[old] = owner
        for owner in list(space.namespaces()) if isinstance(space, Group) else [space]:
            self.paths[owner.full_path.lower()] = owner
        self.changed()

    def add_item(self, item: Item) -> Item:
        """Keep an item in its namespace."""
        self.items[item.id] = item
        item.namespace.items[item.iid] = item
        if item.epic_id is not None:
            self.epics[item.epic_id] = item
        if item.parent is not None:
            item.parent.children.append(item)
        self.changed()
        return item

    def add_note(self, note: Note) -> Note:
        """Keep a note on its item."""
        self.notes[note.id] = note
        note.item.notes.append(note)
        self.changed()
        return note

    def add_event(self, event: Event) -> Event:
        """Keep a resource event."""
        self.events[event.id] = event
        event.item.events.append(event)
        self.changed()
        return event
