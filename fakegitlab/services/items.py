"""Creating and changing issues and epics, with everything GitLab writes down about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from fakegitlab import history
from fakegitlab.entities import Item, Label, Namespace, User
from fakegitlab.services import mentions
from fakegitlab.services.access import Actor
from fakegitlab.services.quick_actions import run_commands
from fakegitlab.services.refusal import conflict, forbidden, invalid
from fakegitlab.store import STATUSES

TITLE_LIMIT = 255
DESCRIPTION_LIMIT = 1_048_576
TEXT_FIELDS = {"title", "description"}
OWN_FIELDS = TEXT_FIELDS | {"state"}
LICENSED = {"weight", "health", "iteration", "parent"}


def clean_text(text: str) -> str:
    """What the server stores: no carriage returns, no white space at the end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").rstrip()


def check_text(changes: dict[str, Any]) -> None:
    """Refuse what does not validate."""
    if "title" in changes:
        if not (changes["title"] or "").strip():
            raise invalid("title", "can't be blank")
        if len(changes["title"].strip()) > TITLE_LIMIT:
            raise invalid("title", f"is too long (maximum is {TITLE_LIMIT} characters)")
    if len(changes.get("description") or "") > DESCRIPTION_LIMIT:
        raise invalid("description", f"is too long (maximum is {DESCRIPTION_LIMIT} characters)")
    start, due = changes.get("start_date"), changes.get("due_date")
    if start and due and start > due:
        raise invalid("due_date", "must be greater than or equal to start date")


# --- create --------------------------------------------------------------------------------------------------------------


def create_item(actor: Actor, space: Namespace, kind: str, title: str, changes: dict[str, Any]) -> Item:
    """Create an issue, task or epic."""
    world = actor.world
    if space.archived:
        raise forbidden()
    check_text({**changes, "title": title})
    if changes.get("iid") in space.items:
        raise conflict("Duplicated issue")
    moment = changes.pop("created_at", None) or world.now
    space.last_iid = iid = max(space.last_iid + 1, changes.pop("iid", None) or 0)
    text = clean_text(changes.pop("description", None) or "")
    epic_id = world.next_id("epic") if kind == "epic" else None
    item = Item(
        world.next_id("item"), iid, space, kind, title.strip(), actor.user, moment, moment, text, epic_id,
        confidential=bool(changes.pop("confidential", False)), status=None if kind == "epic" else STATUSES[0],
        start_date=changes.pop("start_date", None), due_date=changes.pop("due_date", None),
    )  # fmt: skip
    world.add_item(item)
    if not actor.is_staff(space):
        changes = {}
    apply_changes(actor, item, changes)
    item.lock_version = 0
    _announce(actor, item)
    world.record(f"{kind}.create", item.reference, actor.user, item.title)
    return item


def _announce(actor: Actor, item: Item) -> None:
    if item.description:
        outcome = run_commands(actor, item, item.description)
        item.description = outcome.text
    named = mentions.process_text(actor, item, f"{item.title}\n\n{item.description}")
    people = [(user, "mentioned") for user in sorted(named, key=lambda u: u.id)]
    mentions.notify(actor.world, item, None, actor.user, [*((u, "assigned") for u in item.assignees), *people])


# --- update --------------------------------------------------------------------------------------------------------------


def update_item(actor: Actor, item: Item, changes: dict[str, Any]) -> Item:
    """Change what is given, and only that."""
    actor.require_edit(item)
    if not actor.is_staff(item.namespace) and set(changes) - OWN_FIELDS:
        raise forbidden()
    check_text(changes)
    _check_dates(item, changes)
    before = item.description
    if changes.get("description") is not None:
        changes["description"] = run_commands(actor, item, clean_text(changes["description"])).text
    if apply_changes(actor, item, changes):
        named = (
            mentions.process_text(actor, item, item.description, before=before) if item.description != before else ()
        )
        mentions.notify(actor.world, item, None, actor.user, [(user, "mentioned") for user in named])
        actor.world.record(f"{item.type}.update", item.reference, actor.user, ", ".join(sorted(changes)))
    return item


def _check_dates(item: Item, changes: dict[str, Any]) -> None:
    start = changes.get("start_date", item.start_date)
    due = changes.get("due_date", item.due_date)
    if ("start_date" in changes or "due_date" in changes) and start and due and start > due:
        raise invalid("due_date", "must be greater than or equal to start date")


def apply_changes(actor: Actor, item: Item, changes: dict[str, Any]) -> bool:
    """Apply each change with its history; tell whether anything changed."""
    dates = (item.start_date, item.due_date)
    changed = [
        name
        for name, value in changes.items()
        if (actor.world.edition.licensed or name not in LICENSED) and APPLIERS[name](actor, item, value)
    ]
    if dates != (item.start_date, item.due_date):
        history.dates_changed(actor.world, item, actor.user, dates)
    if changed:
        item.updated_at = actor.world.now
        item.lock_version += 1
        actor.world.changed()
    return bool(changed)


def _title(actor: Actor, item: Item, value: str) -> bool:
    old, item.title = item.title, value.strip()
    if old != item.title:
        history.title_changed(actor.world, item, actor.user, old)
    return old != item.title


def _description(actor: Actor, item: Item, value: str | None) -> bool:
    old, item.description = item.description, clean_text(value or "")
    if old == item.description:
        return False
    item.last_edited_at, item.last_edited_by = actor.world.now, actor.user
    history.description_changed(actor.world, item, actor.user)
    return True


def _state(actor: Actor, item: Item, value: str) -> bool:
    closed = value in ("close", "closed")
    if closed == (item.state == "closed"):
        return False
    item.state = "closed" if closed else "opened"
    item.closed_at, item.closed_by = (actor.world.now, actor.user) if closed else (None, None)
    if item.status:
        item.status = (STATUSES[4] if item.duplicated_to else STATUSES[2]) if closed else STATUSES[0]
    if not closed:
        item.duplicated_to = None
    history.state_changed(actor.world, item, actor.user)
    return True


def _labels(actor: Actor, item: Item, value: list[Label]) -> bool:
    wanted = list(dict.fromkeys(value))
    if actor.world.edition.licensed:
        last = {label.scope: label for label in wanted if label.scope}
        wanted = [label for label in wanted if not label.scope or last[label.scope] is label]
    added = [label for label in wanted if label not in item.labels]
    removed = [label for label in item.labels if label not in wanted]
    item.labels = [label for label in item.labels if label not in removed] + added
    history.labels_changed(actor.world, item, actor.user, added, removed)
    return bool(added or removed)


def _milestone(actor: Actor, item: Item, value: Any) -> bool:
    old, item.milestone = item.milestone, value
    if old is value:
        return False
    history.milestone_changed(actor.world, item, actor.user, old, value)
    return True


def _assignees(actor: Actor, item: Item, value: list[User]) -> bool:
    old = item.assignees
    item.assignees = value if actor.world.edition.licensed else value[:1]
    if old == item.assignees:
        return False
    history.assignees_changed(actor.world, item, actor.user, old)
    return True


def _confidential(actor: Actor, item: Item, value: bool) -> bool:
    old, item.confidential = item.confidential, bool(value)
    if old == item.confidential:
        return False
    history.confidentiality_changed(actor.world, item, actor.user)
    return True


def _health(actor: Actor, item: Item, value: str | None) -> bool:
    old, item.health = item.health, value
    if old == value:
        return False
    history.health_changed(actor.world, item, actor.user, old)
    return True


def _weight(actor: Actor, item: Item, value: int | None) -> bool:
    old, item.weight = item.weight, value
    if old == value:
        return False
    history.weight_changed(actor.world, item, actor.user)
    return True


def _parent(actor: Actor, item: Item, value: Item | None) -> bool:
    old = item.parent
    if old is value:
        return False
    if old:
        old.children.remove(item)
    item.parent = value
    if value:
        value.children.append(item)
    history.parent_changed(actor.world, item, actor.user, old)
    return True


def _estimate(actor: Actor, item: Item, value: int) -> bool:
    old, item.estimate = item.estimate, value
    if old == value:
        return False
    text = f"changed time estimate to {history.time_text(value)}" if value else "removed time estimate"
    history.add_system_note(actor.world, item, actor.user, text, "time_tracking")
    return True


def _plain(name: str) -> Callable[[Actor, Item, Any], bool]:
    def apply(_actor: Actor, item: Item, value: date | object | None) -> bool:
        old = getattr(item, name)
        setattr(item, name, value)
        return bool(old != value)

    return apply


APPLIERS: dict[str, Callable[[Actor, Item, Any], bool]] = {
    "title": _title,
    "description": _description,
    "state": _state,
    "labels": _labels,
    "milestone": _milestone,
    "assignees": _assignees,
    "confidential": _confidential,
    "health": _health,
    "weight": _weight,
    "parent": _parent,
    "estimate": _estimate,
    "start_date": _plain("start_date"),
    "due_date": _plain("due_date"),
    "iteration": _plain("iteration"),
    "status": _plain("status"),
}
