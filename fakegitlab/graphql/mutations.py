"""What GraphQL lets a client write: refusals become `errors` of the payload, or of the whole answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from graphql import GraphQLResolveInfo

from fakegitlab.entities import Item, Label, Link, Namespace, Note
from fakegitlab.graphql.context import actor, denied, find_noteable, world
from fakegitlab.graphql.ids import TYPE_NUMBERS, number_of, split_gid
from fakegitlab.services import notes as note_service
from fakegitlab.services import time_spent
from fakegitlab.services.items import create_item, update_item
from fakegitlab.services.notes import NoteResult
from fakegitlab.services.refusal import Refusal

Info = GraphQLResolveInfo[Any]
Payload = dict[str, Any]
Mutation = Callable[[Info, dict[str, Any]], Payload]
HEALTH = {"onTrack": "on_track", "needsAttention": "needs_attention", "atRisk": "at_risk", None: None}


def mutation(work: Mutation) -> Callable[..., Payload]:
    """Check the scope; turn a refusal into errors."""

    @wraps(work)
    def resolve(_root: Any, info: Info, **args: Any) -> Payload:
        given: dict[str, Any] = args["input"]
        if not actor(info).may_write_api():
            raise denied()
        echo = {"clientMutationId": given.get("clientMutationId")}
        try:
            return {"errors": [], **work(info, given), **echo}
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise denied() from refusal
            return {"errors": messages_of(refusal), **echo}

    return resolve


def messages_of(refusal: Refusal) -> list[str]:
    """`Title can't be blank`."""
    message = refusal.message
    if isinstance(message, dict):
        return [f"{field.replace('_', ' ').capitalize()} {text}" for field, texts in message.items() for text in texts]
    text = str(message)
    return [text.partition('["')[2].partition('"]')[0].join(("Note ", "")) if '["' in text else text]


# --- notes ---------------------------------------------------------------------------------------------------------------


def _note_payload(result: NoteResult) -> Payload:
    outcome = result.outcome
    status = {
        "commandNames": outcome.names,
        "commandsOnly": outcome.only_commands,
        "errorMessages": outcome.errors or None,
        "messages": outcome.messages,
    }
    return {"note": result.note, "quickActionsStatus": status if outcome.names else None}


@mutation
def create_note(info: Info, given: dict[str, Any]) -> Payload:
    """A note, or a reply with `discussionId`."""
    item = find_noteable(info, given["noteableId"])
    first = _thread(info, item, given["discussionId"]) if given.get("discussionId") else None
    return _note_payload(note_service.create_note(actor(info), item, given["body"], bool(given.get("internal")), first))


def _thread(info: Info, item: Item, value: str) -> Note:
    number = split_gid(value)[1]
    for note in item.notes:
        if note.discussion_id == number and actor(info).sees_note(note):
            return note
    raise denied()


@mutation
def create_discussion(info: Info, given: dict[str, Any]) -> Payload:
    """Start a thread."""
    item = find_noteable(info, given["noteableId"])
    internal = bool(given.get("internal"))
    return _note_payload(note_service.create_note(actor(info), item, given["body"], internal, threaded=True))


def _note(info: Info, value: str) -> Note:
    found = world(info).notes.get(number_of(value, "Note", "DiscussionNote"))
    if found is None or found not in found.item.notes or not actor(info).sees(found.item):
        raise denied()
    return found


@mutation
def update_note(info: Info, given: dict[str, Any]) -> Payload:
    """Edit."""
    return _note_payload(note_service.update_note(actor(info), _note(info, given["id"]), given.get("body") or ""))


@mutation
def destroy_note(info: Info, given: dict[str, Any]) -> Payload:
    """Delete."""
    note_service.delete_note(actor(info), _note(info, given["id"]))
    return {"note": None}


# --- work items ----------------------------------------------------------------------------------------------------------


def _labels(info: Info, values: list[str] | None) -> list[Label]:
    found = []
    for value in values or ():
        number = number_of(value, "Label", "GroupLabel", "ProjectLabel")
        if number in world(info).labels:
            found.append(world(info).labels[number])
    return found


def _usable(item_space: Namespace, labels: list[Label]) -> list[Label]:
    places = list(item_space.lineage())
    return [label for label in labels if label.owner in places]


def _people(info: Info, values: list[str]) -> list[Any]:
    return [world(info).users[number_of(value, "User")] for value in values]


def _simple_widgets(info: Info, given: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, read in WIDGETS.items():
        if given.get(name) is not None:
            changes |= read(info, given[name])
    changes |= {key: given[key] for key in ("confidential",) if given.get(key) is not None}
    return changes


def _dates(info: Info, widget: dict[str, Any]) -> dict[str, Any]:
    names = {"startDate": "start_date", "dueDate": "due_date"}
    return {ours: widget[theirs] for theirs, ours in names.items() if theirs in widget}


def _milestone(info: Info, widget: dict[str, Any]) -> dict[str, Any]:
    value = widget.get("milestoneId")
    return {"milestone": world(info).milestones.get(number_of(value, "Milestone")) if value else None}


def _parent(info: Info, widget: dict[str, Any]) -> dict[str, Any]:
    if "parentId" not in widget:
        return {}
    return {"parent": find_noteable(info, widget["parentId"]) if widget["parentId"] else None}


def _estimate(info: Info, widget: dict[str, Any]) -> dict[str, Any]:
    text = widget.get("timeEstimate")
    return {"estimate": time_spent.parse_duration(text)} if text is not None else {}


WIDGETS: dict[str, Callable[[Info, dict[str, Any]], dict[str, Any]]] = {
    "descriptionWidget": lambda info, widget: {"description": widget.get("description")},
    "assigneesWidget": lambda info, widget: {"assignees": _people(info, widget["assigneeIds"])},
    "milestoneWidget": _milestone,
    "startAndDueDateWidget": _dates,
    "healthStatusWidget": lambda info, widget: {"health": HEALTH[widget.get("healthStatus")]},
    "weightWidget": lambda info, widget: {"weight": widget.get("weight")},
    "hierarchyWidget": _parent,
    "timeTrackingWidget": _estimate,
}


@mutation
def work_item_update(info: Info, given: dict[str, Any]) -> Payload:
    """Change an item."""
    item = find_noteable(info, given["id"])
    changes = _simple_widgets(info, given)
    if given.get("title") is not None:
        changes["title"] = given["title"]
    if given.get("stateEvent"):
        changes["state"] = given["stateEvent"].lower()
    widget = given.get("labelsWidget")
    if widget is not None:
        gone = _labels(info, widget.get("removeLabelIds"))
        kept = [label for label in item.labels if label not in gone]
        changes["labels"] = kept + _usable(item.namespace, _labels(info, widget.get("addLabelIds")))
    update_item(actor(info), item, changes)
    log = (given.get("timeTrackingWidget") or {}).get("timelog")
    if log:
        _log_time(info, item, log["timeSpent"], log.get("spentAt"), log.get("summary"))
    return {"workItem": item}


@mutation
def work_item_create(info: Info, given: dict[str, Any]) -> Payload:
    """Create an issue, task or epic."""
    path = given.get("namespacePath") or given.get("projectPath") or ""
    space = world(info).find_namespace(path)
    if space is None or not actor(info).can_read(space):
        raise denied()
    number = number_of(given["workItemTypeId"], "WorkItems::Type")
    kind = next((name for name, value in TYPE_NUMBERS.items() if value == number), "issue")
    if (kind == "epic") != space.is_group or (kind == "epic" and not world(info).edition.licensed):
        return {"workItem": None, "errors": [f"{kind.title()} is not allowed in this namespace"]}
    if space.is_group:
        actor(info).require_staff(space)
    changes = _simple_widgets(info, given)
    if given.get("description") is not None:
        changes["description"] = given["description"]
    changes["labels"] = _usable(space, _labels(info, (given.get("labelsWidget") or {}).get("labelIds")))
    return {"workItem": create_item(actor(info), space, kind, given["title"], changes)}


@mutation
def add_links(info: Info, given: dict[str, Any]) -> Payload:
    """Link items; blocking needs a licence."""
    item = find_noteable(info, given["id"])
    actor(info).require_edit(item)
    kind = given.get("linkType") or "RELATED"
    if kind != "RELATED" and not world(info).edition.licensed:
        return {"workItem": None, "errors": ["Blocked work items are not available for the current subscription tier"]}
    for value in given["workItemsIds"]:
        other = find_noteable(info, value)
        source, target = (other, item) if kind == "BLOCKED_BY" else (item, other)
        _add_link(info, source, target, "relates_to" if kind == "RELATED" else "blocks")
    return {"workItem": item, "message": f"Successfully linked ID(s): {len(given['workItemsIds'])}."}


def _add_link(info: Info, source: Item, target: Item, kind: str) -> None:
    store = world(info)
    link = Link(store.next_id("link"), source, target, kind, store.now)
    store.links[link.id] = link
    source.links.append(link)
    target.links.append(link)
    store.record("link.create", source.reference, actor(info).user, target.reference)


# --- issues --------------------------------------------------------------------------------------------------------------


def _issue_changes(info: Info, given: dict[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {key: given[key] for key in ("description", "confidential", "weight") if key in given}
    changes |= {"due_date": given["dueDate"]} if "dueDate" in given else {}
    changes |= {"health": HEALTH[given["healthStatus"]]} if "healthStatus" in given else {}
    changes |= _milestone(info, given) if "milestoneId" in given else {}
    return changes


@mutation
def create_issue(info: Info, given: dict[str, Any]) -> Payload:
    """Create an issue."""
    space = world(info).find_project(given["projectPath"])
    if space is None or not actor(info).can_read(space):
        raise denied()
    changes = _issue_changes(info, given)
    named = [label for title in given.get("labels") or () if (label := world(info).find_label(space, title))]
    changes["labels"] = _usable(space, _labels(info, given.get("labelIds"))) + named
    if given.get("assigneeIds"):
        changes["assignees"] = _people(info, given["assigneeIds"])
    kind = (given.get("type") or "ISSUE").lower()
    return {"issue": create_item(actor(info), space, kind, given["title"], changes)}


@mutation
def update_issue(info: Info, given: dict[str, Any]) -> Payload:
    """Change an issue."""
    space = world(info).find_project(given["projectPath"])
    item = space.items.get(int(given["iid"])) if space else None
    if item is None or not actor(info).sees(item):
        raise denied()
    changes = _issue_changes(info, given)
    changes |= {"title": given["title"]} if given.get("title") is not None else {}
    changes |= {"state": given["stateEvent"].lower()} if given.get("stateEvent") else {}
    if {"labelIds", "addLabelIds", "removeLabelIds"} & set(given):
        kept = _labels(info, given["labelIds"]) if given.get("labelIds") is not None else list(item.labels)
        gone = _labels(info, given.get("removeLabelIds"))
        changes["labels"] = [x for x in kept + _labels(info, given.get("addLabelIds")) if x not in gone]
    return {"issue": update_item(actor(info), item, changes)}


# --- reactions, time, labels ---------------------------------------------------------------------------------------------


def _awardable(info: Info, value: str) -> Item | Note:
    kind = split_gid(value)[0]
    return _note(info, value) if kind in ("Note", "DiscussionNote") else find_noteable(info, value)


@mutation
def award_add(info: Info, given: dict[str, Any]) -> Payload:
    """React."""
    return {"awardEmoji": time_spent.add_award(actor(info), _awardable(info, given["awardableId"]), given["name"])}


@mutation
def award_remove(info: Info, given: dict[str, Any]) -> Payload:
    """Take a reaction back."""
    target = _awardable(info, given["awardableId"])
    for award in target.awards:
        if award.user is actor(info).user and award.name == given["name"]:
            time_spent.remove_award(actor(info), target, award)
            return {"awardEmoji": award}
    raise denied()


@mutation
def award_toggle(info: Info, given: dict[str, Any]) -> Payload:
    """Either."""
    award = time_spent.toggle_award(actor(info), _awardable(info, given["awardableId"]), given["name"])
    return {"awardEmoji": award, "toggledOn": award is not None}


def _log_time(info: Info, item: Item, duration: str, spent_at: Any, summary: str | None) -> Any:
    actor(info).require_staff(item.namespace)
    try:
        seconds = time_spent.parse_duration(duration)
    except ValueError as error:
        raise Refusal(400, {"time_spent": ["must be formatted correctly. For example: 1h 30m."]}) from error
    return time_spent.add_spent(actor(info), item, seconds, spent_at, summary)


@mutation
def timelog_create(info: Info, given: dict[str, Any]) -> Payload:
    """Log time, also for an earlier day."""
    item = find_noteable(info, given["issuableId"])
    return {"timelog": _log_time(info, item, given["timeSpent"], given.get("spentAt"), given["summary"])}


@mutation
def label_create(info: Info, given: dict[str, Any]) -> Payload:
    """A label of a group or project."""
    space = world(info).find_namespace(given.get("groupPath") or given.get("projectPath") or "")
    if space is None or not actor(info).can_read(space):
        raise denied()
    actor(info).require_staff(space)
    if any(label.title == given["title"] for label in space.labels):
        raise Refusal(400, {"title": ["has already been taken"]})
    store = world(info)
    made = Label(store.next_id("label"), space, given["title"], given.get("color") or "#6699cc", store.now)
    made.description = given.get("description")
    space.labels.append(made)
    store.labels[made.id] = made
    store.record("label.create", space.full_path, actor(info).user, made.title)
    return {"label": made}


RESOLVERS: dict[str, dict[str, Any]] = {
    "Mutation": {
        "createNote": create_note, "updateNote": update_note, "destroyNote": destroy_note,
        "createDiscussion": create_discussion, "workItemUpdate": work_item_update, "workItemCreate": work_item_create,
        "workItemAddLinkedItems": add_links, "createIssue": create_issue, "updateIssue": update_issue,
        "awardEmojiAdd": award_add, "awardEmojiRemove": award_remove, "awardEmojiToggle": award_toggle,
        "timelogCreate": timelog_create, "labelCreate": label_create,
    },
}  # fmt: skip
