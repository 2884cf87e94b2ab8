"""Notes, threads, reactions and resource events, on issues and epics alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from werkzeug.wrappers import Response

from fakegitlab.entities import Award, Item, Note
from fakegitlab.rest.call import Call
from fakegitlab.rest.event_shapes import event_json
from fakegitlab.rest.paging import as_json, paginated
from fakegitlab.rest.shapes import award_json, discussion_json, note_json
from fakegitlab.services import notes as service
from fakegitlab.services import time_spent
from fakegitlab.services.notes import NoteResult
from fakegitlab.services.refusal import Refusal, forbidden, not_found

ENTERPRISE_EVENTS = ("weight", "iteration")
Find = Callable[[Call, str, int], Item]


def find_issue(call: Call, place: str, iid: int) -> Item:
    """Issues go by iid."""
    return call.issue(place, iid)


def find_epic(call: Call, place: str, iid: int) -> Item:
    """Epics go by their legacy id here: with an iid it is 404, or another epic."""
    return call.epic_by_id(place, iid)


def visible_notes(call: Call, item: Item) -> list[Note]:
    """The notes the user may read."""
    return [note for note in item.notes if call.actor.sees_note(note)]


def find_note(call: Call, item: Item, number: int) -> Note:
    """A note of that item, or 404."""
    found = call.world.notes.get(number)
    if found is None or found.item is not item or found not in item.notes or not call.actor.sees_note(found):
        raise not_found()
    return found


# --- notes ---------------------------------------------------------------------------------------------------------------


def list_notes(call: Call, find: Find, place: str, iid: int) -> Response:
    """Newest first unless asked otherwise; system notes among them."""
    notes = visible_notes(call, find(call, place, iid))
    wanted = call.choice("activity_filter", ("all_notes", "only_comments", "only_activity"), "all_notes")
    if wanted != "all_notes":
        notes = [note for note in notes if note.system == (wanted == "only_activity")]
    field = call.choice("order_by", ("created_at", "updated_at"), "created_at")
    newest_first = call.choice("sort", ("asc", "desc"), "desc") == "desc"
    notes.sort(key=lambda note: (getattr(note, str(field)), note.id), reverse=newest_first)
    return paginated(call, notes, partial(note_json, call.world))


def show_note(call: Call, find: Find, place: str, iid: int, note_id: int) -> Response:
    """One note."""
    return as_json(note_json(call.world, find_note(call, find(call, place, iid), note_id)))


def create_note(call: Call, find: Find, place: str, iid: int) -> Response:
    """A note; only commands give 202 without an id."""
    item = find(call, place, iid)
    internal = bool(call.flag("internal") or call.flag("confidential"))
    result = service.create_note(call.actor, item, call.need("body"), internal, at=call.moment("created_at"))
    return _posted(call, item, result, lambda note: note_json(call.world, note))


def _posted(call: Call, item: Item, result: NoteResult, shape: Callable[[Note], Any]) -> Response:
    if result.award:
        return as_json(award_json(call.world, result.award, item), 201)
    if result.note is None:
        changes = {key.strip("_"): str(value) for key, value in result.outcome.changes.items()}
        return as_json({"commands_changes": changes, "summary": result.outcome.messages}, 202)
    return as_json(shape(result.note), 201)


def update_note(call: Call, find: Find, place: str, iid: int, note_id: int) -> Response:
    """Edit; `internal` can't be changed."""
    note = find_note(call, find(call, place, iid), note_id)
    service.update_note(call.actor, note, call.need("body"))
    return as_json(note_json(call.world, note))


def delete_note(call: Call, find: Find, place: str, iid: int, note_id: int) -> Response:
    """Delete."""
    service.delete_note(call.actor, find_note(call, find(call, place, iid), note_id))
    return Response(status=204)


# --- threads -------------------------------------------------------------------------------------------------------------


def threads(call: Call, item: Item) -> list[list[Note]]:
    """Notes by thread, oldest thread first."""
    found: dict[str, list[Note]] = {}
    for note in sorted(visible_notes(call, item), key=lambda note: (note.created_at, note.id)):
        found.setdefault(note.discussion_id, []).append(note)
    return list(found.values())


def find_thread(call: Call, item: Item, number: str) -> list[Note]:
    """The thread of that id, or 404."""
    for thread in threads(call, item):
        if thread[0].discussion_id == number:
            return thread
    raise not_found("Discussion")


def list_discussions(call: Call, find: Find, place: str, iid: int) -> Response:
    """All threads."""
    return paginated(call, threads(call, find(call, place, iid)), partial(discussion_json, call.world))


def show_discussion(call: Call, find: Find, place: str, iid: int, thread: str) -> Response:
    """One thread."""
    return as_json(discussion_json(call.world, find_thread(call, find(call, place, iid), thread)))


def create_discussion(call: Call, find: Find, place: str, iid: int) -> Response:
    """Start a thread."""
    item = find(call, place, iid)
    internal = bool(call.flag("internal") or call.flag("confidential"))
    result = service.create_note(call.actor, item, call.need("body"), internal, threaded=True)
    return _posted(call, item, result, lambda note: discussion_json(call.world, [note]))


def reply(call: Call, find: Find, place: str, iid: int, thread: str) -> Response:
    """Answer in a thread; what is internal stays internal."""
    item = find(call, place, iid)
    first = find_thread(call, item, thread)[0]
    if first.system:
        raise Refusal(400, "400 Bad request - Discussion can not be replied to")
    result = service.create_note(call.actor, item, call.need("body"), reply_to=first)
    return _posted(call, item, result, lambda note: note_json(call.world, note))


def update_thread_note(call: Call, find: Find, place: str, iid: int, thread: str, note_id: int) -> Response:
    """Edit a note of a thread."""
    find_thread(call, find(call, place, iid), thread)
    return update_note(call, find, place, iid, note_id)


# --- reactions -----------------------------------------------------------------------------------------------------------


def _target(call: Call, find: Find, place: str, iid: int, note_id: int | None) -> Item | Note:
    item = find(call, place, iid)
    return item if note_id is None else find_note(call, item, note_id)


def list_awards(call: Call, find: Find, place: str, iid: int, note_id: int | None = None) -> Response:
    """All reactions."""
    target = _target(call, find, place, iid, note_id)
    return paginated(call, target.awards, lambda award: award_json(call.world, award, target))


def create_award(call: Call, find: Find, place: str, iid: int, note_id: int | None = None) -> Response:
    """React."""
    target = _target(call, find, place, iid, note_id)
    award = time_spent.add_award(call.actor, target, call.need("name"))
    return as_json(award_json(call.world, award, target), 201)


def delete_award(call: Call, find: Find, place: str, iid: int, award_id: int, note_id: int | None = None) -> Response:
    """Take one's reaction back."""
    target = _target(call, find, place, iid, note_id)
    found: Award | None = next((award for award in target.awards if award.id == award_id), None)
    if found is None:
        raise not_found("Award Emoji")
    if found.user is not call.actor.user and not call.actor.user.admin:
        raise forbidden()
    time_spent.remove_award(call.actor, target, found)
    return Response(status=204)


# --- events --------------------------------------------------------------------------------------------------------------


def list_events(call: Call, find: Find, kind: str, place: str, iid: int) -> Response:
    """Resource events of a kind, oldest first; CE knows no weights and iterations."""
    if kind in ENTERPRISE_EVENTS and not call.edition.enterprise:
        raise not_found()
    events = [event for event in find(call, place, iid).events if event.kind == kind]
    return paginated(call, events, partial(event_json, call.world))


def show_event(call: Call, find: Find, kind: str, place: str, iid: int, event_id: int) -> Response:
    """One event."""
    for event in find(call, place, iid).events:
        if event.kind == kind and event.id == event_id:
            return as_json(event_json(call.world, event))
    raise not_found()
