"""Issues over REST: lists, one, create, update, links, time."""

from __future__ import annotations

from functools import partial
from typing import Any

from werkzeug.wrappers import Response

from fakegitlab.entities import Namespace
from fakegitlab.rest.call import Call
from fakegitlab.rest.paging import as_json, keyset, paginated
from fakegitlab.rest.shapes import issue_json
from fakegitlab.services.finder import Criteria, find_items
from fakegitlab.services.ordering import item_order
from fakegitlab.services.refusal import Refusal

ORDERS = ("created_at", "updated_at", "title", "due_date", "priority", "label_priority", "milestone_due", "weight",
          "relative_position", "popularity", "id", "start_date")  # fmt: skip
KEYSET_ORDERS = ("created_at", "updated_at", "title", "id", "weight", "due_date", "relative_position")
ISSUE_TYPES = ("issue", "incident", "test_case", "task")
REST_TYPES = frozenset({"issue", "incident", "test_case", "task", "ticket"})
STATES = ("opened", "closed", "all")


def titles(call: Call, name: str, params: dict[str, Any] | None = None) -> tuple[str, ...]:
    value = (params or call.params).get(name)
    if value is None:
        return ()
    parts = value if isinstance(value, list) else str(value).split(",")
    return tuple(str(part).strip() for part in parts if str(part).strip())


def person(call: Call, prefix: str, params: dict[str, Any]) -> int | str | None:
    number, name = params.get(f"{prefix}_id"), params.get(f"{prefix}_username")
    if isinstance(number, str) and number.lower() in ("none", "any"):
        return number.lower()
    if name:
        found = call.world.find_user(str(name[0] if isinstance(name, list) else name))
        return found.id if found else 0
    return int(number) if number else None


def criteria_of(call: Call, default_scope: str = "all") -> Criteria:
    """The filters of an issue list."""
    excluded = call.params.get("not") or {}
    author = person(call, "author", call.params)
    scope = call.choice("scope", ("created_by_me", "assigned_to_me", "all"), default_scope)
    state = call.choice("state", STATES, "all")
    kind = call.choice("issue_type", ISSUE_TYPES)
    iids = call.list("iids")
    me = call.actor.user.id
    return Criteria(
        types=frozenset({kind}) if kind else REST_TYPES,
        state=None if state == "all" else state,
        labels=titles(call, "labels"),
        not_labels=titles(call, "labels", excluded) if excluded.get("labels") else (),
        milestones=titles(call, "milestone"),
        not_milestones=titles(call, "milestone", excluded) if excluded.get("milestone") else (),
        author=me if scope == "created_by_me" else (author if isinstance(author, int) else None),
        not_author=_not_author(call, excluded),
        assignee=me if scope == "assigned_to_me" else person(call, "assignee", call.params),
        iids=frozenset(int(iid) for iid in iids) if iids is not None else None,
        confidential=call.flag("confidential"),
        search=call.text("search"),
        search_in=tuple(call.list("in") or ("title", "description")),
        **moments(call),
        **_licensed_filters(call),
    )


def _not_author(call: Call, excluded: dict[str, Any]) -> int | None:
    who = person(call, "author", excluded)
    return who if isinstance(who, int) else None


def moments(call: Call) -> dict[str, Any]:
    names = ("created_after", "created_before", "updated_after", "updated_before", "closed_after", "closed_before")
    return {name: call.moment(name) for name in names}


def _licensed_filters(call: Call) -> dict[str, Any]:
    if not call.edition.licensed:
        return {}
    if (call.text("epic_id") or "").lower() == "any":
        return {"health": call.text("health_status"), "with_epic": True}
    epic = call.number("epic_id")
    parent = call.world.epics.get(epic) if epic else None
    found: dict[str, Any] = {"health": call.text("health_status")}
    return found | ({"parents": frozenset({parent.id if parent else 0})} if epic else {})


def _listed(
    call: Call, spaces: list[Namespace], seen_from: Namespace | None, by_keyset: bool, scope: str = "all"
) -> Response:
    order_by = call.choice("order_by", ORDERS, "created_at") or "created_at"
    order = item_order(order_by, call.choice("sort", ("asc", "desc"), "desc") == "desc")
    found = find_items(call.actor, spaces, criteria_of(call, scope), order)
    details = bool(call.flag("with_labels_details"))
    shape = partial(issue_json, call.world, seen_from=seen_from, label_details=details)
    if call.text("pagination") != "keyset":
        return paginated(call, found, shape, deep=by_keyset)
    if not by_keyset or not call.edition.since("18.3"):
        raise Refusal(405, {"error": "Keyset pagination is not yet available for this type of request"})
    if order_by not in KEYSET_ORDERS:
        raise Refusal(405, {"error": "Keyset pagination is not yet available for this type of request"})
    return keyset(call, found, order, shape)


def list_project_issues(call: Call, place: str) -> Response:
    """GET /projects/:id/issues."""
    project = call.project(place)
    return _listed(call, [project], project, by_keyset=True)


def list_group_issues(call: Call, place: str) -> Response:
    """GET /groups/:id/issues: descendants included."""
    group = call.group(place)
    spaces = [s for s in group.namespaces() if not (call.flag("non_archived") and s.archived)]
    return _listed(call, spaces, group, by_keyset=False)


def list_issues(call: Call) -> Response:
    """GET /issues: by default only one's own."""
    spaces: list[Namespace] = [p for p in call.world.projects.values() if call.actor.can_read(p)]
    return _listed(call, spaces, None, by_keyset=False, scope="created_by_me")


def show_issue(call: Call, place: str, iid: int) -> Response:
    """GET /projects/:id/issues/:iid."""
    return as_json(issue_json(call.world, call.issue(place, iid)) | {"subscribed": False})
