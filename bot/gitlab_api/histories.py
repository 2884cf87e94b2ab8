"""Histories of single items, read only where a rule needs them and only when the item changed since the cache.

The activity notes of many items come in one GraphQL query: those about due dates, and, by discussion, those about labels,
which GitLab makes up from its label events. Epics that are no work items, and items on a server that makes up none, cost a
REST request each. All of them are counted apart (`history_requests`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from bot.domain.errors import AccessError, GitLabError, NotFoundError, PsbotError, UnreachableError
from bot.domain.frozen import frozen
from bot.domain.model import DueChange
from bot.gitlab_api import queries
from bot.gitlab_api.answers import PartialAnswerError, QueryTooComplexError, UnreadableAnswerError, nodes_of, understood
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.label_history import (
    DueNote,
    label_dates,
    label_events,
    read_due_note,
    read_label_note,
    replay_due,
    tells_of_leaving,
)
from bot.gitlab_api.paging import Pages
from bot.gitlab_api.thread_pool import PageSize, ThreadPool, chunks
from bot.gitlab_api.translate import Record, day, id_number, instant, next_cursor, ref_of

ITEMS_A_PLACE = 100
ITEMS_A_QUERY = 200
PLACES_A_QUERY = 8
PLACES_WITH_LABELS = 6
"""Discussions cost more than notes."""
REST_BATCH = 5
LABEL_EVENTS = "label events"
NOTES_KIND = "due and left"
LEFT = "left"
SAME_CLOSING = timedelta(minutes=1)
"""A note of moving, promoting or marking as a duplicate belongs to a closing as near as this."""
Progress = Callable[[str, int, int], None]


@frozen
class HistoryQuestion:
    """What is asked about many items: by discussion or not, what is read of a page of notes, and its name in messages."""

    labels: bool
    read: Callable[[Mapping[str, Any]], list[list[Any]]]
    where: str


@frozen
class Batch:
    """Items of one project or group, by number."""

    kind: str
    path: str
    records: tuple[Record, ...]


@dataclass
class Histories:
    """What was found, by item id; `failed` says why not."""

    due: dict[int, tuple[DueChange, ...]] = field(default_factory=dict)
    labels: dict[int, dict[str, datetime]] = field(default_factory=dict)
    own_labels: dict[int, frozenset[str]] = field(default_factory=dict)
    """The labels that psbot itself added last."""
    left: set[int] = field(default_factory=set)
    """The items that were closed because they went elsewhere: moved, promoted, or a duplicate."""
    updates: dict[int, tuple[datetime, ...]] = field(default_factory=dict)
    """When people said something about an escalation."""
    failed: dict[int, str] = field(default_factory=dict)


@dataclass
class HistoryReader:
    """Reads histories with one client, its pool, and a cache if there is one. `groups` are the paths of groups."""

    client: GitLabClient
    pool: ThreadPool
    groups: Collection[str] = ()
    cache: Cache | None = None
    progress: Progress = lambda stage, done, total: None
    epic_ids: Mapping[str, int] = field(default_factory=dict)
    """The ids of epics in REST, by reference, as far as they are known."""
    label_names: Mapping[int, str] = field(default_factory=dict)
    """Titles of labels by id, as far as they are known."""
    found: Histories = field(default_factory=Histories)

    def read(self, dated: Iterable[Record], labelled: Iterable[Record], roots: Iterable[Record]) -> Histories:
        """Due-date histories of `dated` items and label dates of `labelled` ones; `roots` are engagements, listed."""
        self._read_due([r for r in dated if r["updated_at"] != r["created_at"]])
        self._read_labels(list(labelled), list(roots))
        return self.found

    def _fail(self, records: Iterable[Record], problem: PsbotError) -> None:
        for record in records:
            self.found.failed.setdefault(record["id"], str(problem))

    # -- due dates

    def _read_due(self, wanted: Sequence[Record]) -> None:
        stamps = {r["id"]: r["updated_at"] for r in wanted}
        bodies = self.cache.load_histories(NOTES_KIND, stamps) if self.cache else {}
        missing = [r for r in wanted if r["id"] not in bodies]
        fresh: dict[int, Any] = {}
        questions = pack(self._batches(r for r in missing if r["id"] > 0))
        for done, answer in enumerate(self.pool.map(partial(self._ask_notes, DUE), questions), 1):
            fresh |= answer
            self.progress("histories", done, len(questions))
        for answer in self.pool.map(self._ask_epic_notes, [r for r in missing if r["id"] < 0]):
            fresh |= answer
        if self.cache and fresh:
            self.cache.store_histories(NOTES_KIND, stamps, fresh)
        bodies |= fresh
        for record in wanted:
            told = bodies.get(record["id"], [])
            self.found.due[record["id"]] = _replay(note for note in told if note[1] != LEFT)
            if _has_left(record, (note for note in told if note[1] == LEFT)):
                self.found.left.add(record["id"])

    def _batches(self, records: Iterable[Record]) -> Iterator[Batch]:
        places: dict[tuple[str, str], list[Record]] = {}
        for record in records:
            kind = "group" if record["type"] == "epic" or record["path"] in self.groups else "project"
            places.setdefault((kind, record["path"]), []).append(record)
        for (kind, path), found in sorted(places.items()):
            for part in chunks(found, ITEMS_A_PLACE):
                yield Batch(kind, path, tuple(part))

    def _ask_notes(self, what: HistoryQuestion, batches: Sequence[Batch]) -> dict[int, Any]:
        """What the notes of every item of the batches tell; what fails is noted, and the rest is read."""
        try:
            if sum(len(b.records) for b in batches) == 1:
                return PageSize(queries.NOTES).ask(partial(self._notes, what, batches))
            return self._notes(what, batches, queries.NOTES)
        except (QueryTooComplexError, UnreadableAnswerError, PartialAnswerError) as problem:
            halves = _halves(batches)
            if halves:
                return self._ask_notes(what, halves[0]) | self._ask_notes(what, halves[1])
            self._fail((r for b in batches for r in b.records), problem)
        except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
            self._fail((r for b in batches for r in b.records), problem)
        return {}

    def _ask_epic_notes(self, record: Record) -> dict[int, Any]:
        """The due-date notes of an epic that is no work item: of one epic a request."""
        path = f"{self._rest_path(record)}/notes"
        try:
            notes = list(self.client.get_all(path, history=True, activity_filter="only_activity", sort="asc"))
            with understood():
                nodes = [
                    {"body": note["body"], "createdAt": note["created_at"]} for note in notes if note.get("system")
                ]
                return {record["id"]: _due_notes({"nodes": nodes})}
        except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
            self._fail([record], problem)
            return {}

    @understood()
    def _notes(self, what: HistoryQuestion, batches: Sequence[Batch], size: int) -> dict[int, Any]:
        known = self.client.capabilities
        kinds, sizes = [b.kind for b in batches], [len(b.records) for b in batches]
        query = queries.histories_query(known, kinds, sizes, size, labels=what.labels)
        variables: dict[str, Any] = {f"path{n}": b.path for n, b in enumerate(batches)}
        variables |= {f"iids{n}": [str(r["iid"]) for r in b.records] for n, b in enumerate(batches)}
        answer = self.client.graphql(query, variables, history=True, where=what.where)
        found: dict[int, Any] = {}
        unfinished: dict[int, str] = {}
        for n in range(len(batches)):
            for node in nodes_of((answer.get(f"p{n}") or {}).get("workItems")):
                number, connection = id_number(node["id"]), _notes_connection(node)
                found[number] = what.read(connection)
                if after := next_cursor(connection):
                    unfinished[number] = after
        self._read_on(what, found, unfinished, size)
        return found

    def _read_on(self, what: HistoryQuestion, found: dict[int, Any], unfinished: dict[int, str], size: int) -> None:
        """The further notes of items with more than came along, `size` at a time."""
        pages = {number: Pages(what.where) for number in unfinished}
        while unfinished:
            part = dict(list(unfinished.items())[:REST_BATCH])
            variables = {f"id{n}": f"gid://gitlab/WorkItem/{number}" for n, number in enumerate(part)}
            variables |= {f"after{n}": after for n, after in enumerate(part.values())}
            for number, after in part.items():
                pages[number].turn(after)
            query = queries.notes_query(self.client.capabilities, len(part), size, labels=what.labels)
            answer = self.client.graphql(query, variables, history=True, where=what.where)
            for n, number in enumerate(part):
                connection = _notes_connection(answer.get(f"i{n}") or {})
                found[number] += what.read(connection)
                following = next_cursor(connection)
                unfinished.pop(number) if following is None else unfinished.update({number: following})

    # -- labels

    def _read_labels(self, wanted: Sequence[Record], roots: Sequence[Record]) -> None:
        records = {r["id"]: r for r in [*wanted, *roots]}
        stamps = {number: r["updated_at"] for number, r in records.items()}
        bodies = self.cache.load_histories(LABEL_EVENTS, stamps) if self.cache else {}
        missing = [r for number, r in records.items() if number not in bodies]
        fresh = self._label_notes([r for r in missing if r["id"] > 0])
        singly = [r for r in missing if r["id"] not in fresh and r["id"] not in self.found.failed]
        for done, (record, dates) in enumerate(zip(singly, self.pool.map(self._ask_labels, singly), strict=True), 1):
            if dates is not None:
                fresh[record["id"]] = dates
            self.progress("label dates", done, len(singly))
        if self.cache and fresh:
            self.cache.store_histories(LABEL_EVENTS, stamps, fresh)
        me = self.client.user.id
        for number, dates in (bodies | fresh).items():
            self.found.labels[number] = {name: at for name, (text, _) in dates.items() if (at := instant(text))}
            self.found.own_labels[number] = frozenset(name for name, (_, user) in dates.items() if user == me)

    def _label_notes(self, wanted: Sequence[Record]) -> dict[int, Any]:
        """The label dates of work items by their notes; what these don't tell is missing."""
        if not wanted or not self.client.capabilities.knows("Notes.discussions"):
            return {}
        told: dict[int, list[list[Any]]] = {}
        questions = pack(self._batches(wanted), PLACES_WITH_LABELS)
        for done, answer in enumerate(self.pool.map(partial(self._ask_notes, LABELS), questions), 1):
            told |= answer
            self.progress("label dates", done, len(questions))
        silent = [r for r in wanted if r["labels"] and told.get(r["id"]) == []]
        asked = self._ask_labels(silent[0]) if silent else {}
        found = {r["id"]: dates for r in wanted if (dates := self._dates_told(told.get(r["id"]))) is not None}
        if asked != {}:  # this server makes up no notes about labels
            found = {number: known for number, known in found.items() if told[number]}
        return found | ({silent[0]["id"]: asked} if asked else {})

    def _dates_told(self, notes: list[list[Any]] | None) -> dict[str, list[Any]] | None:
        """The dates of an item's labels by what its notes tell; None where a label in them is not known by name."""
        events = None if notes is None else label_events(notes, self.label_names)
        return None if events is None else _stored(label_dates(events))

    def _ask_labels(self, record: Record) -> dict[str, list[Any]] | None:
        """When and by whom each label of an item was last added; None (and noted) when it can't be read."""
        try:
            path = f"{self._rest_path(record)}/resource_label_events"
            with understood():
                dates = label_dates(self.client.get_all(path, history=True))
        except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
            self._fail([record], problem)
            return None
        return _stored(dates)

    def _rest_path(self, record: Record) -> str:
        """An issue goes by number. Events of an epic go by its old id: by number they would be another epic's."""
        base = quote(record["path"], safe="")
        if record["type"] != "epic":
            return f"/projects/{base}/issues/{record['iid']}"
        if known := -record["id"] if record["id"] < 0 else self.epic_ids.get(ref_of(record)):
            return f"/groups/{base}/epics/{known}"
        epic = self.client.get(f"/groups/{base}/epics/{record['iid']}", history=True)
        if epic.get("work_item_id") not in (None, record["id"]):
            raise GitLabError("is another epic in REST", ref_of(record))
        return f"/groups/{base}/epics/{int(epic['id'])}"


def pack(batches: Iterable[Batch], places: int = PLACES_A_QUERY) -> list[list[Batch]]:
    """Batches of several places in one question, as far as its complexity allows."""
    packed: list[list[Batch]] = []
    room = 0
    for batch in batches:
        size = len(batch.records)
        if not packed or size > room or len(packed[-1]) == places:
            packed.append([])
            room = ITEMS_A_QUERY
        packed[-1].append(batch)
        room -= size
    return packed


def _halves(batches: Sequence[Batch]) -> tuple[Sequence[Batch], Sequence[Batch]] | None:
    """The question in two; None when it is about one item already."""
    if len(batches) > 1:
        middle = len(batches) // 2
        return batches[:middle], batches[middle:]
    batch = batches[0]
    middle = len(batch.records) // 2
    if not middle:
        return None
    first, second = batch.records[:middle], batch.records[middle:]
    return [Batch(batch.kind, batch.path, first)], [Batch(batch.kind, batch.path, second)]


def _notes_connection(node: Mapping[str, Any]) -> Mapping[str, Any]:
    for widget in node.get("widgets") or ():
        connection = (widget or {}).get("notes") or (widget or {}).get("discussions")
        if connection:
            return dict(connection)
    return {}


def _stored(dates: Mapping[str, tuple[datetime, int]]) -> dict[str, list[Any]]:
    """Label dates as the cache keeps them."""
    return {name: [at.isoformat(), user] for name, (at, user) in dates.items()}


def _each_note(connection: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The notes of a page, of notes or of discussions."""
    for entry in nodes_of(connection):
        notes = entry.get("notes")
        yield from nodes_of(notes) if notes else [entry]


def _label_notes(connection: Mapping[str, Any]) -> list[list[Any]]:
    """The notes of a page that tell of labels, as [at, who, ids added, ids removed]."""
    found: list[list[Any]] = []
    for note in _each_note(connection):
        told = read_label_note(str(note.get("body") or ""))
        if told and instant(note.get("createdAt")):
            author = note.get("author") or {}
            who = id_number(author["id"]) if author.get("id") else 0
            found.append([note["createdAt"], who, list(told.added), list(told.removed)])
    return found


def _due_notes(connection: Mapping[str, Any]) -> list[list[Any]]:
    """The notes of a page that tell of due dates, as [at, new, old] for the cache, and of leaving, as [at, LEFT, None]."""
    found = []
    for note in _each_note(connection):
        at = instant(note.get("createdAt"))
        read = read_due_note(str(note["body"]), at) if at else None
        if read:
            found.append([note["createdAt"], _text(read.new), _text(read.old)])
        elif at and tells_of_leaving(str(note["body"])):
            found.append([note["createdAt"], LEFT, None])
    return found


def _has_left(record: Record, notes: Iterable[Sequence[Any]]) -> bool:
    """Whether the item was closed by leaving: a former one that was taken back doesn't count."""
    closed = instant(record["closed_at"]) if record["state"] == "closed" else None
    return closed is not None and any((at := instant(text)) and abs(at - closed) <= SAME_CLOSING for text, *_ in notes)


def _text(value: Any) -> str | None:
    return value.isoformat() if value else None


def _replay(notes: Iterable[Sequence[Any]]) -> tuple[DueChange, ...]:
    return replay_due(DueNote(at, day(new), day(old)) for text, new, old in notes if (at := instant(text)))


DUE: Final = HistoryQuestion(False, _due_notes, "due-date histories")
LABELS: Final = HistoryQuestion(True, _label_notes, "label dates")
