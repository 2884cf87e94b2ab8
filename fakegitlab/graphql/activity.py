"""Resolvers of notes, discussions, reactions and time logs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo

from fakegitlab import links
from fakegitlab.entities import Event, Group, Item, MergeRequest, Namespace, Note, Project, TimeLog, User
from fakegitlab.graphql.connections import Connection, connect
from fakegitlab.graphql.context import actor, world
from fakegitlab.graphql.ids import discussion_gid, gid, note_gid, number_of
from fakegitlab.graphql.work_items import Widget
from fakegitlab.markdown import PARSER
from fakegitlab.services.ordering import Order

Info = GraphQLResolveInfo[Any]
EMOJI = {"thumbsup": "👍", "thumbsdown": "👎", "tada": "🎉", "heart": "❤️", "rocket": "🚀", "eyes": "👀"}
ICONS = {"start_date_or_due_date": "calendar", "time_tracking": "timer", "cross_reference": "comment-dots"}


# --- notes ---------------------------------------------------------------------------------------------------------------


def visible(info: Info, item: Item, wanted: str | None) -> list[Note]:
    """Notes the asker may read, oldest first."""
    found = [note for note in item.notes if actor(info).sees_note(note)]
    if wanted in ("ONLY_COMMENTS", "ONLY_ACTIVITY"):
        found = [note for note in found if note.system == (wanted == "ONLY_ACTIVITY")]
    return sorted(found, key=lambda note: (note.created_at, note.id))


NOTE_ORDER: Order[Note] = Order("created_at", lambda note: note.created_at.isoformat())


def notes_of(source: Item | Widget, info: Info, **args: Any) -> Connection:
    """Notes of an item."""
    item = source.item if isinstance(source, Widget) else source
    return connect(visible(info, item, args.get("filter")), args, NOTE_ORDER)


def threads(notes: Iterable[Note]) -> list[list[Note]]:
    """Notes by thread."""
    found: dict[str, list[Note]] = {}
    for note in notes:
        found.setdefault(note.discussion_id, []).append(note)
    return list(found.values())


def discussions_of(source: Item | Widget, info: Info, **args: Any) -> Connection:
    """Threads of an item; resource events are merged in as notes of their own, which no list of notes has."""
    item = source.item if isinstance(source, Widget) else source
    found = threads(visible(info, item, args.get("filter")))
    if args.get("filter") != "ONLY_COMMENTS":
        found += [[note] for note in made_up_notes(item)]
        found.sort(key=lambda thread: (thread[0].created_at, thread[0].id))
    return connect(found, args)


def made_up_notes(item: Item) -> list[Note]:
    """Notes that GitLab makes up from label, milestone and state events: events of one moment and person are one note."""
    moments: dict[tuple[datetime, str, User | None], list[Event]] = {}
    for event in item.events:
        moments.setdefault((event.created_at, event.kind, event.user), []).append(event)
    found = []
    for (at, kind, user), events in moments.items():
        if user is not None and (body := event_text(kind, events, item)):
            thread = hashlib.sha1(f"{kind}{events[0].id}".encode(), usedforsecurity=False).hexdigest()
            found.append(Note(events[0].id, item, user, body, at, at, thread, system=True))
    return found


def event_text(kind: str, events: list[Event], item: Item) -> str | None:
    """`added ~12 ~15 labels and removed ~3 label`, `changed milestone to %5`, `closed`."""
    last = events[-1]
    if kind == "label":
        halves = [_labels_text(events, action, word) for action, word in (("add", "added"), ("remove", "removed"))]
        return " and ".join(half for half in halves if half)
    if kind == "milestone" and last.milestone:
        told = "changed milestone to" if last.action == "add" else "removed milestone"
        return f"{told} %{last.milestone.iid}"
    return last.action if kind == "state" else None


def _labels_text(events: list[Event], action: str, word: str) -> str:
    changed = [event for event in events if event.action == action]
    there = sorted(f"~{event.label.id}" for event in changed if event.label)
    gone = len(changed) - len(there)
    named = " + ".join(part for part in (" ".join(there), f"{gone} deleted" if gone else "") if part)
    return f"{word} {named} label{'s' if len(changed) > 1 else ''}" if changed else ""


def note_by_id(_root: Any, info: Info, **args: Any) -> Note | None:
    """By id."""
    found = world(info).notes.get(number_of(args["id"], "Note", "DiscussionNote"))
    if found is None or found not in found.item.notes:
        return None
    return found if actor(info).sees(found.item) and actor(info).sees_note(found) else None


def _thread_of(note: Note, info: Info) -> list[Note]:
    return [other for other in visible(info, note.item, None) if other.discussion_id == note.discussion_id]


def _metadata(note: Note, info: Info) -> dict[str, str] | None:
    return {"id": gid("SystemNoteMetadata", note.id), "action": note.action or ""} if note.action else None


def _note_permissions(note: Note, info: Info) -> dict[str, bool]:
    admin = actor(info).can_edit_note(note)
    return {"adminNote": admin, "awardEmoji": True, "createNote": True, "readNote": True, "repositionNote": admin,
            "resolveNote": admin}  # fmt: skip


# --- time ----------------------------------------------------------------------------------------------------------------


def timelogs_of(space: Namespace, info: Info, **args: Any) -> Connection:
    """Time logged in a group (below included) or project; epics' time is not among it."""
    spaces = space.namespaces() if isinstance(space, Group) else [space]
    return _listed(info, _logs(info, spaces), args)


def all_timelogs(_root: Any, info: Info, **args: Any) -> Connection:
    """Time logged anywhere."""
    return _listed(info, _logs(info, world(info).projects.values()), args)


def _logs(info: Info, spaces: Iterable[Namespace]) -> Iterator[TimeLog]:
    for space in spaces:
        if isinstance(space, Project) and actor(info).is_staff(space):
            for item in space.items.values():
                yield from item.timelogs
            for merge_request in space.merge_requests:
                yield from merge_request.timelogs


def _listed(info: Info, logs: Iterable[TimeLog], args: dict[str, Any]) -> Connection:
    start: datetime | None = args.get("startTime") or args.get("startDate")
    end: datetime | None = args.get("endTime") or args.get("endDate")
    if args.get("endDate") is not None and end is not None:
        end = end.replace(hour=23, minute=59, second=59)
    name = args.get("username")
    found = [
        log
        for log in logs
        if (start is None or log.spent_at >= start)
        and (end is None or log.spent_at <= end)
        and name in (None, log.user.username)
    ]
    order = _order(args.get("sort") or "SPENT_AT_ASC")
    return connect(order.sort(found), args, order)


def _order(sort: str) -> Order[TimeLog]:
    name, _, direction = sort.rpartition("_")
    field = {"SPENT_AT": "spent_at", "CREATED": "created_at", "UPDATED": "created_at", "TIME_SPENT": "seconds"}[name]

    def key(log: TimeLog) -> Any:
        value = getattr(log, field)
        return value.isoformat() if isinstance(value, datetime) else value

    return Order(name, key, direction == "DESC")


TIMELOG = {"id": lambda log, info: gid("Timelog", log.id), "timeSpent": lambda log, info: log.seconds}
TALK = {"notes": notes_of, "discussions": discussions_of}
UNRESOLVABLE = {"resolvable": lambda thing, info: False, "resolved": lambda thing, info: False}
RESOLVERS: dict[str, dict[str, Any]] = {
    "Query": {"note": note_by_id, "timelogs": all_timelogs},
    "Group": {"timelogs": timelogs_of},
    "Project": {"timelogs": timelogs_of},
    "WorkItemWidgetNotes": TALK | {"discussionLocked": lambda widget, info: False},
    "Issue": TALK,
    "Note": UNRESOLVABLE | {
        "id": lambda note, info: note_gid(note),
        "bodyHtml": lambda note, info: PARSER.render(note.body),
        "discussion": _thread_of,
        "project": lambda note, info: None if note.item.namespace.is_group else note.item.namespace,
        "systemNoteIconName": lambda note, info: ICONS.get(note.action, "pencil") if note.system else None,
        "systemNoteMetadata": _metadata,
        "url": lambda note, info: links.note_url(world(info), note),
        "userPermissions": _note_permissions,
        "awardEmoji": lambda note, info, **args: connect(note.awards, args),
    },
    "Discussion": UNRESOLVABLE | {
        "id": lambda notes, info: discussion_gid(notes),
        "replyId": lambda notes, info: discussion_gid(notes),
        "createdAt": lambda notes, info: notes[0].created_at,
        "notes": lambda notes, info, **args: connect(notes, args, NOTE_ORDER),
    },
    "AwardEmoji": {
        "description": lambda award, info: award.name,
        "emoji": lambda award, info: EMOJI.get(award.name, award.name),
        "unicode": lambda award, info: EMOJI.get(award.name, award.name),
        "unicodeVersion": lambda award, info: "6.0",
    },
    "Timelog": TIMELOG | {
        "issue": lambda log, info: log.item if isinstance(log.item, Item) else None,
        "mergeRequest": lambda log, info: log.item if isinstance(log.item, MergeRequest) else None,
        "project": lambda log, info: log.item.namespace,
    },
    "WorkItemTimelog": TIMELOG,
}  # fmt: skip
