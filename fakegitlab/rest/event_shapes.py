"""The JSON of resource events."""

from __future__ import annotations

from collections.abc import Callable

from fakegitlab.entities import Event
from fakegitlab.rest.shapes import Json, label_json, milestone_json, moment, user_json
from fakegitlab.store import Store


def event_json(world: Store, event: Event) -> Json:
    """A resource event of its kind."""
    shape: Json = {
        "id": event.id,
        "user": user_json(world, event.user),
        "created_at": moment(event.created_at),
        "resource_type": "Epic" if event.item.is_epic else "Issue",
        "resource_id": event.item.epic_id if event.item.is_epic else event.item.id,
    }
    return EVENT_TAILS[event.kind](world, event, shape)


def _label_event(world: Store, event: Event, shape: Json) -> Json:
    label = event.label
    keys = ("id", "name", "color", "description")
    found = label_json(world, label, True) if label else None
    return shape | {"label": {key: found[key] for key in keys} if found else None, "action": event.action}


def _state_event(world: Store, event: Event, shape: Json) -> Json:
    return shape | {"source_commit": None, "source_merge_request_id": None, "state": event.action}


def _milestone_event(world: Store, event: Event, shape: Json) -> Json:
    return shape | {"milestone": milestone_json(world, event.milestone), "action": event.action}


def _weight_event(world: Store, event: Event, shape: Json) -> Json:
    kept = {key: shape[key] for key in ("id", "user", "created_at")}
    return kept | {"issue_id": event.item.id, "weight": event.weight}


EVENT_TAILS: dict[str, Callable[[Store, Event, Json], Json]] = {
    "label": _label_event,
    "state": _state_event,
    "milestone": _milestone_event,
    "weight": _weight_event,
}
