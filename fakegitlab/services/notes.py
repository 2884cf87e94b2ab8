"""Notes: created, changed and deleted as GitLab does it, commands, mentions and all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from fakegitlab.entities import Award, Item, Note
from fakegitlab.markdown import lone_emoji
from fakegitlab.services import mentions, time_spent
from fakegitlab.services.access import Actor
from fakegitlab.services.items import clean_text
from fakegitlab.services.quick_actions import Outcome, run_commands
from fakegitlab.services.refusal import Refusal, forbidden

NOTE_LIMIT = 1_000_000
COMMENT_LIMIT = 5_000
TOUCH_EVERY = timedelta(minutes=1)


@dataclass
class NoteResult:
    """A note, or a reaction, or only what the commands did."""

    note: Note | None
    outcome: Outcome
    award: Award | None = None


def check_body(body: str) -> str:
    """The body as stored, or a refusal."""
    text = clean_text(body)
    if not text.strip():
        raise Refusal(400, '400 Bad request - Note {:note=>["can\'t be blank"]}')
    if len(text) > NOTE_LIMIT:
        raise Refusal(400, f'400 Bad request - Note {{:note=>["is too long (maximum is {NOTE_LIMIT} characters)"]}}')
    return text


def create_note(
    actor: Actor,
    item: Item,
    body: str,
    internal: bool = False,
    reply_to: Note | None = None,
    threaded: bool = False,
    at: datetime | None = None,
) -> NoteResult:
    """Post a note, a new thread or a reply."""
    text = check_body(body)
    _check_allowed(actor, item, internal)
    if reply_to is None and (emoji := lone_emoji(text)):
        return NoteResult(None, Outcome(text), time_spent.toggle_award(actor, item, emoji))
    outcome = run_commands(actor, item, text)
    if outcome.only_commands:
        if not outcome.messages:
            raise Refusal(400, "400 Bad request - Note {:commands_only=>[" + "; ".join(outcome.errors) + "]}")
        return NoteResult(None, outcome)
    note = _store(actor, item, outcome.text, internal, reply_to, threaded, at)
    named = mentions.process_text(actor, item, note.body, note)
    people = [*((user, "mentioned") for user in sorted(named, key=lambda u: u.id)), *mentions.participants(item)]
    mentions.notify(actor.world, item, note, actor.user, people)
    actor.world.record("note.create", item.reference, actor.user, note.id)
    return NoteResult(note, outcome)


def _check_allowed(actor: Actor, item: Item, internal: bool) -> None:
    if not actor.can_comment(item):
        raise forbidden()
    if internal:
        actor.require_staff(item.namespace)
    if sum(not note.system for note in item.notes) >= COMMENT_LIMIT:
        message = f"This {item.type} already has the maximum number of comments allowed ({COMMENT_LIMIT})"
        raise Refusal(400, f'400 Bad request - Note {{:base=>["{message}"]}}')


def _store(
    actor: Actor, item: Item, text: str, internal: bool, reply_to: Note | None, threaded: bool, at: datetime | None
) -> Note:
    world = actor.world
    moment = at if at and actor.is_owner(item.namespace) else world.now
    thread = reply_to.discussion_id if reply_to else world.next_discussion_id()
    if reply_to:
        reply_to.threaded = threaded = True
        internal = reply_to.internal
    note = Note(world.next_id("note"), item, actor.user, text, moment, moment, thread, internal, threaded=threaded)
    touch(actor, item)
    return world.add_note(note)


def touch(actor: Actor, item: Item) -> None:
    """A note moves the item's `updated_at`, but once a minute only."""
    if actor.world.now - item.updated_at >= TOUCH_EVERY:
        item.updated_at = actor.world.now


def update_note(actor: Actor, note: Note, body: str) -> NoteResult:
    """Edit: commands run again, an edit to commands alone deletes the note."""
    if not actor.can_edit_note(note):
        raise forbidden()
    text = check_body(body)
    outcome = run_commands(actor, note.item, text)
    if outcome.only_commands:
        _remove(note)
        actor.world.record("note.delete", note.item.reference, actor.user, note.id)
        return NoteResult(None, outcome)
    if outcome.text == note.body:
        return NoteResult(note, outcome)
    before, note.body = note.body, outcome.text
    note.updated_at = note.last_edited_at = actor.world.now
    note.last_edited_by = actor.user
    named = mentions.process_text(actor, note.item, note.body, note, before)
    mentions.notify(actor.world, note.item, note, actor.user, [(user, "mentioned") for user in named])
    touch(actor, note.item)
    actor.world.record("note.update", note.item.reference, actor.user, note.id)
    return NoteResult(note, outcome)


def delete_note(actor: Actor, note: Note) -> None:
    """Delete a note."""
    if not actor.can_edit_note(note):
        raise forbidden()
    _remove(note)
    del actor.world.notes[note.id]
    actor.world.record("note.delete", note.item.reference, actor.user, note.id)


def _remove(note: Note) -> None:
    note.item.notes.remove(note)
