"""Writing issues over REST: create, update, delete, time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from fakegitlab.entities import PLANNER, Item, Label, Milestone, Namespace
from fakegitlab.rest.call import Call
from fakegitlab.rest.issues import ISSUE_TYPES, titles
from fakegitlab.rest.paging import as_json
from fakegitlab.rest.shapes import issue_json, time_json
from fakegitlab.services import time_spent
from fakegitlab.services.items import create_item, update_item
from fakegitlab.services.refusal import Refusal, forbidden


def create_issue(call: Call, place: str) -> Response:
    """POST /projects/:id/issues."""
    project = call.project(place)
    title = call.need("title")
    changes = changes_of(call, project, None)
    if call.actor.is_owner(project):
        changes |= {name: value for name in ("iid",) if (value := call.number(name))}
        changes |= {"created_at": stamp} if (stamp := call.moment("created_at")) else {}
    kind = call.choice("issue_type", ISSUE_TYPES, "issue") or "issue"
    changes.pop("title", None)
    item = create_item(call.actor, project, kind, title, changes)
    return as_json(issue_json(call.world, item), 201)


def update_issue(call: Call, place: str, iid: int) -> Response:
    """PUT /projects/:id/issues/:iid."""
    item = call.issue(place, iid)
    if not (set(call.params) & WRITABLE):
        names = ", ".join(sorted(WRITABLE))
        raise Refusal(400, {"error": f"{names} are missing, at least one parameter must be provided"})
    call.actor.require_edit(item)
    update_item(call.actor, item, changes_of(call, item.namespace, item))
    return as_json(issue_json(call.world, item) | {"subscribed": False})


def delete_issue(call: Call, place: str, iid: int) -> Response:
    """DELETE: Owner or Planner."""
    item = call.issue(place, iid)
    if not call.actor.is_owner(item.namespace) and call.actor.level(item.namespace) != PLANNER:
        raise forbidden()
    call.world.delete(item)
    call.world.record("issue.delete", item.reference, call.actor.user)
    return Response(status=204)


def changes_of(call: Call, space: Namespace, item: Item | None) -> dict[str, Any]:
    """What the parameters ask to change."""
    changes: dict[str, Any] = {}
    for name, read in READERS.items():
        if name in call.params:
            changes |= read(call, space, name)
    labels = _wanted_labels(call, space, item)
    return changes if labels is None else changes | {"labels": labels}


def _wanted_labels(call: Call, space: Namespace, item: Item | None) -> list[Label] | None:
    if not ({"labels", "add_labels", "remove_labels"} & set(call.params)):
        return None
    if not call.actor.is_staff(space):
        return []
    wanted = list(item.labels if item else ())
    if "labels" in call.params:
        wanted = [_label(call, space, title) for title in titles(call, "labels")]
    wanted += [_label(call, space, title) for title in titles(call, "add_labels")]
    gone = {title.lower() for title in titles(call, "remove_labels")}
    return [label for label in wanted if label.title.lower() not in gone]


def _label(call: Call, space: Namespace, title: str) -> Label:
    """The label here or above; an unknown one is created in the project."""
    found = call.world.find_label(space, title)
    if found:
        return found
    label = Label(call.world.next_id("label"), space, title, "#428BCA", call.world.now)
    space.labels.append(label)
    call.world.labels[label.id] = label
    call.world.record("label.create", space.full_path, call.actor.user, title)
    return label


def _milestone(call: Call, space: Namespace, name: str) -> dict[str, Any]:
    number = call.number(name)
    found: Milestone | None = call.world.milestones.get(number) if number else None
    return {"milestone": found if found and found.owner in list(space.lineage()) else None}


def _assignees(call: Call, space: Namespace, name: str) -> dict[str, Any]:
    numbers = call.list(name) or []
    return {"assignees": [call.user(number) for number in numbers if number not in ("", "0")]}


def _state(call: Call, space: Namespace, name: str) -> dict[str, Any]:
    return {"state": call.choice(name, ("close", "reopen"))}


def _epic(call: Call, space: Namespace, name: str) -> dict[str, Any]:
    number = call.number(name)
    return {"parent": call.world.epics.get(number) if number else None}


def _as(key: str, method: str) -> Callable[[Call, Namespace, str], dict[str, Any]]:
    def read(call: Call, space: Namespace, name: str) -> dict[str, Any]:
        return {key: getattr(call, method)(name)}

    return read


READERS: dict[str, Callable[[Call, Namespace, str], dict[str, Any]]] = {
    "title": _as("title", "text"),
    "description": _as("description", "text"),
    "confidential": _as("confidential", "flag"),
    "due_date": _as("due_date", "day"),
    "start_date": _as("start_date", "day"),
    "weight": _as("weight", "number"),
    "health_status": _as("health", "text"),
    "state_event": _state,
    "milestone_id": _milestone,
    "assignee_ids": _assignees,
    "assignee_id": _assignees,
    "epic_id": _epic,
}
WRITABLE = set(READERS) | {"labels", "add_labels", "remove_labels", "discussion_locked", "issue_type", "updated_at"}


# --- time ----------------------------------------------------------------------------------------------------------------


def show_time(call: Call, place: str, iid: int) -> Response:
    """GET time_stats."""
    return as_json(time_json(call.issue(place, iid)))


def add_time(call: Call, place: str, iid: int) -> Response:
    """POST add_spent_time."""
    item = call.issue(place, iid)
    call.actor.require_staff(item.namespace)
    try:
        seconds = time_spent.parse_duration(call.need("duration"))
    except ValueError as error:
        raise Refusal(400, {"duration": ["is not a duration"]}) from error
    time_spent.add_spent(call.actor, item, seconds, None, call.text("summary"))
    return as_json(time_json(item), 201)


def set_estimate(call: Call, place: str, iid: int) -> Response:
    """POST time_estimate, reset_time_estimate."""
    item = call.issue(place, iid)
    duration = call.text("duration") or "0"
    update_item(call.actor, item, {"estimate": time_spent.parse_duration(duration)})
    return as_json(time_json(item))
