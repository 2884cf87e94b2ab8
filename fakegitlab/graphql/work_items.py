"""Resolvers of work items, their widgets, and issues (the older door to the same things)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo

from fakegitlab import history, links
from fakegitlab.entities import Group, Item, Link, Namespace, Project, Status
from fakegitlab.graphql.connections import Connection, connect
from fakegitlab.graphql.context import actor, world
from fakegitlab.graphql.filters import criteria_of, order_of
from fakegitlab.graphql.ids import TYPE_NUMBERS, gid, item_gid, number_of
from fakegitlab.markdown import PARSER, task_counts
from fakegitlab.services.finder import find_items
from fakegitlab.store import Store

Info = GraphQLResolveInfo[Any]
HEALTH = {"on_track": "onTrack", "needs_attention": "needsAttention", "at_risk": "atRisk"}
ALWAYS = ("DESCRIPTION", "ASSIGNEES", "LABELS", "MILESTONE", "START_AND_DUE_DATE", "TIME_TRACKING", "HIERARCHY",
          "LINKED_ITEMS", "NOTES", "AWARD_EMOJI")  # fmt: skip
LICENSED = ("HEALTH_STATUS", "WEIGHT", "ITERATION", "STATUS", "CUSTOM_FIELDS")
EPIC_SINCE = {"MILESTONE": "18.2", "WEIGHT": "18.11", "TIME_TRACKING": "17.5"}
NOT_ON_EPICS = ("ITERATION", "STATUS")


@dataclass(frozen=True)
class Widget:
    """A widget of an item."""

    type: str
    item: Item

    @property
    def type_name(self) -> str:
        """The GraphQL type."""
        return "WorkItemWidget" + self.type.title().replace("_", "")


def widget_types(store: Store, item: Item) -> Iterator[str]:
    """Which widgets the item has here; unlicensed ones are just not there."""
    for name in (*ALWAYS, *LICENSED) if store.edition.licensed else ALWAYS:
        if item.is_epic and (name in NOT_ON_EPICS or not store.edition.since(EPIC_SINCE.get(name, "0"))):
            continue
        yield name


def widgets(item: Item, info: Info, **args: Any) -> list[Widget]:
    """All, only some, or all but some; those the schema has no type for are left out."""
    only, but = args.get("onlyTypes"), args.get("exceptTypes") or ()
    found = [Widget(name, item) for name in widget_types(world(info), item)]
    wanted = [w for w in found if (only is None or w.type in only) and w.type not in but]
    return [w for w in wanted if w.type_name in info.schema.type_map]


# --- lists ---------------------------------------------------------------------------------------------------------------


def _places(space: Namespace, args: dict[str, Any]) -> list[Namespace]:
    if not isinstance(space, Group):
        return [space]
    found: list[Namespace] = list(space.namespaces()) if args.get("includeDescendants") else [space]
    if args.get("includeAncestors"):
        found += [above for above in space.lineage() if above is not space]
    if args.get("excludeProjects"):
        found = [place for place in found if not isinstance(place, Project)]
    if args.get("excludeGroupWorkItems"):
        found = [place for place in found if isinstance(place, Project)]
    return [place for place in found if args.get("includeArchived") or not place.archived or place is space]


def work_items(space: Namespace, info: Info, **args: Any) -> Connection:
    """Work items of a place."""
    order = order_of(args)
    found = find_items(actor(info), _places(space, args), criteria_of(info, args), order)
    return connect(found if world(info).edition.epic_items else actor(info).seen_work_items(found), args, order)


def state_counts(space: Namespace, info: Info, **args: Any) -> dict[str, int]:
    """How many work items there are, by state."""
    states = [item.state for item in work_items(space, info, **args).things]
    return {"all": len(states), "opened": states.count("opened"), "closed": states.count("closed")}


def issues(space: Namespace, info: Info, **args: Any) -> Connection:
    """Issues of a project; of a group without its subgroups unless asked."""
    order = order_of(args)
    places: list[Namespace] = [space]
    if isinstance(space, Group):
        places = list(space.namespaces()) if args.get("includeSubgroups") else list(space.projects)
    criteria = criteria_of(info, {"types": ["ISSUE", "INCIDENT", "TASK", "TEST_CASE"], **args})
    return connect(find_items(actor(info), places, criteria, order), args, order)


def work_item_of(space: Namespace, info: Info, iid: str) -> Item | None:
    """By number within its place."""
    found = space.items.get(int(iid)) if iid.isdecimal() else None
    return found if found and actor(info).sees_work_item(found) else None


def work_item(_root: Any, info: Info, **args: Any) -> Item | None:
    """By id."""
    found = world(info).items.get(number_of(args["id"], "WorkItem", "Issue"))
    return found if found and actor(info).sees_work_item(found) else None


def by_reference(_root: Any, info: Info, **args: Any) -> Connection:
    """By `group/project#12` and the like."""
    found = [item for text in args["refs"] if (item := world(info).find_reference(text))]
    return connect(actor(info).seen_work_items(found), args)


# --- an item -------------------------------------------------------------------------------------------------------------


def reference(item: Item, info: Info, full: bool | None = None) -> str:
    """Short unless asked."""
    return item.reference if full else f"{item.symbol}{item.iid}"


def permissions(item: Item, info: Info) -> dict[str, bool]:
    """What the asker may do."""
    staff, edit = actor(info).is_staff(item.namespace), actor(info).can_edit(item)
    return {
        "adminParentLink": staff, "adminWorkItem": staff, "adminWorkItemLink": staff, "createNote": True,
        "deleteWorkItem": actor(info).is_owner(item.namespace), "markNoteAsInternal": staff, "readWorkItem": True,
        "setWorkItemMetadata": staff, "updateWorkItem": edit,
    }  # fmt: skip


def features(item: Item, info: Info) -> dict[str, Widget | None]:
    """Widgets by name; null where there is none."""
    found = {name: Widget(name, item) for name in widget_types(world(info), item)}
    return {_camel(name): found.get(name) for name in (*ALWAYS, *LICENSED)}


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(part.title() for part in rest)


def _ancestors(item: Item) -> list[Item]:
    return [*_ancestors(item.parent), item.parent] if item.parent else []


def _descendants(item: Item) -> Iterator[Item]:
    for child in item.children:
        yield child
        yield from _descendants(child)


def children(widget: Widget, info: Info, **args: Any) -> Connection:
    """Visible children."""
    state = {"OPEN": "opened", "CLOSED": "closed"}.get(args.get("state") or "")
    found = [child for child in widget.item.children if state in (None, child.state)]
    return connect(actor(info).seen_work_items(found), args)


def _visible_parent(widget: Widget, info: Info) -> Item | None:
    parent = widget.item.parent
    return parent if parent and actor(info).sees_work_item(parent) else None


def counts_by_type(widget: Widget, info: Info) -> list[dict[str, Any]]:
    """Descendants by type and state."""
    below = list(_descendants(widget.item))
    rows = []
    for kind in sorted({item.type for item in below}):
        states = [item.state for item in below if item.type == kind]
        counts = {"all": len(states), "opened": states.count("opened"), "closed": states.count("closed")}
        rows.append({"workItemType": kind, "countsByState": counts})
    return rows


def rolled_up_health(widget: Widget, info: Info) -> list[dict[str, Any]]:
    """Health of the open descendants."""
    below = [item.health for item in _descendants(widget.item) if item.state == "opened"]
    return [{"healthStatus": shown, "count": below.count(name)} for name, shown in HEALTH.items()]


def _rolled_up_weight(widget: Widget, info: Info) -> int | None:
    weights = [item.weight for item in _descendants(widget.item) if item.weight is not None]
    return sum(weights) if weights else None


def _completed_weight(widget: Widget, info: Info) -> int | None:
    below = [item for item in _descendants(widget.item) if item.weight is not None]
    return sum(item.weight or 0 for item in below if item.state == "closed") if below else None


# --- links ---------------------------------------------------------------------------------------------------------------


LINK_FILTERS = {"BLOCKS": "blocks", "BLOCKED_BY": "is_blocked_by", "RELATED": "relates_to"}


def linked_items(widget: Widget, info: Info, **args: Any) -> Connection:
    """Links whose other end is visible."""
    item = widget.item
    kind = LINK_FILTERS.get(args.get("filter") or "")
    rows = [(link, item) for link in item.links if actor(info).sees(link.other(item))]
    return connect([row for row in rows if kind in (None, row[0].type_from(item))], args)


def _blockers(item: Item, blocking: bool) -> list[Link]:
    kind = "blocks" if blocking else "is_blocked_by"
    return [link for link in item.links if link.type_from(item) == kind and link.other(item).state == "opened"]


def _other(row: tuple[Link, Item]) -> Item:
    return row[0].other(row[1])


def _status_category(status: Status, info: Info) -> str:
    return status.category


def _duplicate_url(item: Item, info: Info) -> str | None:
    return links.item_url(world(info), item.duplicated_to) if item.duplicated_to else None


def _moved_url(item: Item, info: Info) -> str | None:
    return links.item_url(world(info), item.moved_to) if item.moved_to else None


def _state(item: Item, info: Info) -> str:
    return "OPEN" if item.state == "opened" else "CLOSED"


def _task_counts(widget: Widget, info: Info) -> dict[str, int]:
    count, done = task_counts(widget.item.description)
    return {"count": count, "completedCount": done}


def _time_words(widget: Widget, info: Info) -> dict[str, str]:
    item = widget.item
    return {"timeEstimate": history.time_text(item.estimate), "totalTimeSpent": history.time_text(item.time_spent)}


DATES = dict.fromkeys(
    ("dueDateSourcingMilestone", "dueDateSourcingWorkItem", "startDateSourcingMilestone", "startDateSourcingWorkItem"),
    lambda widget, info: None,
)
COUNTS = {"workItemStateCounts": state_counts}
SHARED = {
    "webUrl": lambda item, info: links.item_url(world(info), item),
    "webPath": lambda item, info: links.item_path(world(info), item),
    "reference": reference,
    "iid": lambda item, info: str(item.iid),
}
RESOLVERS: dict[str, dict[str, Any]] = {
    "Query": {"workItem": work_item, "issue": work_item, "workItemsByReference": by_reference},
    "Group": COUNTS | {"workItems": work_items, "workItem": work_item_of, "issues": issues},
    "Project": COUNTS | {"workItems": work_items, "issue": work_item_of, "issues": issues},
    "Namespace": COUNTS | {"workItems": work_items, "workItem": work_item_of},
    "WorkItem": SHARED | {
        "id": lambda item, info: item_gid(item),
        "name": lambda item, info: item.title,
        "titleHtml": lambda item, info: PARSER.renderInline(item.title),
        "state": _state,
        "archived": lambda item, info: item.namespace.archived,
        "hidden": lambda item, info: False,
        "imported": lambda item, info: False,
        "createNoteEmail": lambda item, info: None,
        "project": lambda item, info: None if item.namespace.is_group else item.namespace,
        "workItemType": lambda item, info: item.type,
        "widgets": widgets,
        "features": features,
        "userPermissions": permissions,
        "userDiscussionsCount": lambda item, info: len({n.discussion_id for n in item.notes if not n.system}),
        "duplicatedToWorkItemUrl": _duplicate_url,
        "movedToWorkItemUrl": _moved_url,
    },
    "WorkItemWidgetDescription": {
        "description": lambda widget, info: widget.item.description or None,
        "descriptionHtml": lambda widget, info: PARSER.render(widget.item.description),
        "edited": lambda widget, info: widget.item.last_edited_at is not None,
        "lastEditedAt": lambda widget, info: widget.item.last_edited_at,
        "lastEditedBy": lambda widget, info: widget.item.last_edited_by,
        "taskCompletionStatus": _task_counts,
    },
    "WorkItemWidgetAssignees": {
        "allowsMultipleAssignees": lambda widget, info: world(info).edition.licensed,
        "canInviteMembers": lambda widget, info: False,
        "assignees": lambda widget, info, **args: connect(widget.item.assignees, args),
    },
    "WorkItemWidgetLabels": {
        "allowsScopedLabels": lambda widget, info: world(info).edition.licensed,
        "labels": lambda widget, info, **args: connect(
            sorted(widget.item.labels, key=lambda label: label.title.lower()), args
        ),
    },
    "WorkItemWidgetMilestone": {"milestone": lambda widget, info: widget.item.milestone},
    "WorkItemWidgetStartAndDueDate": DATES | {
        "startDate": lambda widget, info: widget.item.start_date,
        "dueDate": lambda widget, info: widget.item.due_date,
        "isFixed": lambda widget, info: True,
        "rollUp": lambda widget, info: widget.item.is_epic,
    },
    "WorkItemWidgetHealthStatus": {
        "healthStatus": lambda widget, info: HEALTH.get(widget.item.health),
        "rolledUpHealthStatus": rolled_up_health,
    },
    "WorkItemWidgetWeight": {
        "weight": lambda widget, info: widget.item.weight,
        "rolledUpWeight": _rolled_up_weight,
        "rolledUpCompletedWeight": _completed_weight,
    },
    "WorkItemWidgetTimeTracking": {
        "timeEstimate": lambda widget, info: widget.item.estimate,
        "totalTimeSpent": lambda widget, info: widget.item.time_spent,
        "humanReadableAttributes": _time_words,
        "timelogs": lambda widget, info, **args: connect(widget.item.timelogs, args),
    },
    "WorkItemWidgetHierarchy": {
        "hasChildren": lambda widget, info: bool(widget.item.children),
        "hasParent": lambda widget, info: widget.item.parent is not None,
        "parent": _visible_parent,
        "children": children,
        "ancestors": lambda widget, info, **args: connect(actor(info).seen_work_items(_ancestors(widget.item)), args),
        "rolledUpCountsByType": counts_by_type,
    },
    "WorkItemWidgetLinkedItems": {
        "blocked": lambda widget, info: bool(_blockers(widget.item, False)) if world(info).edition.licensed else False,
        "blockedByCount": lambda widget, info: len(_blockers(widget.item, False)),
        "blockingCount": lambda widget, info: len(_blockers(widget.item, True)),
        "linkedItems": linked_items,
    },
    "LinkedWorkItemType": {
        "linkId": lambda row, info: gid("WorkItems::RelatedWorkItemLink", row[0].id),
        "linkType": lambda row, info: row[0].type_from(row[1]),
        "linkCreatedAt": lambda row, info: row[0].created_at,
        "linkUpdatedAt": lambda row, info: row[0].created_at,
        "workItem": lambda row, info: _other(row),
        "workItemState": lambda row, info: _state(_other(row), info),
    },
    "WorkItemWidgetStatus": {"status": lambda widget, info: widget.item.status},
    "WorkItemStatus": {
        "id": lambda status, info: gid("WorkItems::Statuses::SystemDefined::Status", status.id),
        "category": _status_category,
        "description": lambda status, info: None,
        "iconName": lambda status, info: "status-" + status.category.lower().replace("_", "-"),
    },
    "WorkItemWidgetIteration": {"iteration": lambda widget, info: widget.item.iteration},
    "WorkItemWidgetAwardEmoji": {
        "upvotes": lambda widget, info: sum(award.name == "thumbsup" for award in widget.item.awards),
        "downvotes": lambda widget, info: sum(award.name == "thumbsdown" for award in widget.item.awards),
        "awardEmoji": lambda widget, info, **args: connect(widget.item.awards, args),
    },
    "Issue": SHARED | {
        "id": lambda item, info: gid("Issue", item.id),
        "projectId": lambda item, info: item.namespace.id,
        "type": lambda item, info: item.type.upper() if item.type in TYPE_NUMBERS else None,
        "assignees": lambda item, info, **args: connect(item.assignees, args),
        "labels": lambda item, info, **args: connect(item.labels, args),
        "timelogs": lambda item, info, **args: connect(item.timelogs, args),
        "blocked": lambda item, info: bool(_blockers(item, False)) if world(info).edition.licensed else False,
        "blockedByCount": lambda item, info: len(_blockers(item, False)),
        "healthStatus": lambda item, info: HEALTH.get(item.health or "") if world(info).edition.licensed else None,
        "weight": lambda item, info: item.weight if world(info).edition.licensed else None,
        "timeEstimate": lambda item, info: item.estimate,
        "totalTimeSpent": lambda item, info: item.time_spent,
        "humanTimeEstimate": lambda item, info: history.time_text(item.estimate) if item.estimate else None,
        "userNotesCount": lambda item, info: sum(not note.system for note in item.notes),
    },
}  # fmt: skip
