"""Epics over REST: by their number (`iid`) here, by their legacy id in notes and events."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from werkzeug.wrappers import Response

from fakegitlab.entities import Item, Namespace, Project
from fakegitlab.rest.call import Call
from fakegitlab.rest.issue_writes import changes_of
from fakegitlab.rest.issues import STATES, moments, titles
from fakegitlab.rest.paging import as_json, paginated
from fakegitlab.rest.shapes import epic_json, issue_json
from fakegitlab.services.finder import Criteria, find_items
from fakegitlab.services.items import create_item, update_item
from fakegitlab.services.ordering import item_order
from fakegitlab.services.refusal import forbidden


def list_epic_issues(call: Call, place: str, iid: int) -> Response:
    """GET /groups/:id/epics/:iid/issues: by the epic's iid."""
    epic = call.epic_by_iid(place, iid)
    children = call.actor.seen(child for child in epic.children if not child.is_epic)

    def shape(child: Item) -> dict[str, Any]:
        row = issue_json(call.world, child, epic.namespace)
        return row | {"epic_issue_id": child.id + 1_000_000, "relative_position": child.id}

    return paginated(call, children, shape)


def list_epics(call: Call, place: str) -> Response:
    """GET /groups/:id/epics: descendants included unless said otherwise."""
    group = call.licensed_group(place)
    below = call.flag("include_descendant_groups") is not False
    spaces: list[Namespace] = [s for s in group.namespaces() if not isinstance(s, Project)] if below else [group]
    name = call.choice("order_by", ("created_at", "updated_at", "title"), "created_at") or "created_at"
    order = item_order(name, call.choice("sort", ("asc", "desc"), "desc") == "desc")
    state = call.choice("state", STATES, "all")
    wanted = Criteria(
        types=frozenset({"epic"}),
        state=None if state == "all" else state,
        labels=titles(call, "labels"),
        search=call.text("search"),
        author=call.number("author_id"),
        **{key: value for key, value in moments(call).items() if not key.startswith("closed")},
    )
    found = find_items(call.actor, spaces, wanted, order)
    return paginated(call, found, partial(epic_json, call.world, seen_from=group))


def show_epic(call: Call, place: str, iid: int) -> Response:
    """GET /groups/:id/epics/:iid."""
    return as_json(epic_json(call.world, call.epic_by_iid(place, iid)) | {"subscribed": False})


def create_epic(call: Call, place: str) -> Response:
    """POST /groups/:id/epics."""
    group = call.licensed_group(place)
    if not call.actor.is_staff(group):
        raise forbidden()
    title = call.need("title")
    changes = changes_of(call, group, None)
    changes.pop("title", None)
    for name in ("start_date", "due_date"):
        if call.flag(f"{name}_is_fixed") and (day := call.text(f"{name}_fixed")):
            changes[name] = date.fromisoformat(day)
    return as_json(epic_json(call.world, create_item(call.actor, group, "epic", title, changes)), 201)


def update_epic(call: Call, place: str, iid: int) -> Response:
    """PUT /groups/:id/epics/:iid."""
    epic = call.epic_by_iid(place, iid)
    call.actor.require_edit(epic)
    update_item(call.actor, epic, changes_of(call, epic.namespace, epic))
    return as_json(epic_json(call.world, epic))


def list_child_epics(call: Call, place: str, iid: int) -> Response:
    """GET /groups/:id/epics/:iid/epics."""
    epic = call.epic_by_iid(place, iid)
    children = call.actor.seen(child for child in epic.children if child.is_epic)
    return paginated(call, children, partial(epic_json, call.world, seen_from=epic.namespace))
