"""Resolvers of the server, users, groups, projects, labels, milestones."""

from __future__ import annotations

from typing import Any, TypeVar

from graphql import GraphQLResolveInfo

from fakegitlab import links
from fakegitlab.entities import Group, Iteration, Label, Milestone, Namespace, Project, User
from fakegitlab.graphql.connections import Connection, connect
from fakegitlab.graphql.context import actor, context, world
from fakegitlab.graphql.ids import gid, namespace_gid, number_of, type_gid
from fakegitlab.rest.instance import REVISION
from fakegitlab.rest.places import spaces_around

Info = GraphQLResolveInfo[Any]
N = TypeVar("N", bound=Namespace)
ROLE_NAMES = {10: "GUEST", 15: "PLANNER", 20: "REPORTER", 30: "DEVELOPER", 40: "MAINTAINER", 50: "OWNER", 60: "OWNER"}
LEVEL_CAP = 50


# --- roots ---------------------------------------------------------------------------------------------------------------


def current_user(_root: Any, info: Info) -> User | None:
    """Who the token belongs to."""
    return actor(info).user if actor(info).user.id else None


def metadata(_root: Any, info: Info) -> dict[str, Any]:
    """Version and edition."""
    edition = world(info).edition
    kas = {"enabled": False, "externalUrl": None, "version": None}
    return {"version": edition.full_version, "revision": REVISION, "enterprise": edition.enterprise, "kas": kas}


def query_complexity(_root: Any, info: Info) -> dict[str, int]:
    """What this query costs."""
    return {"score": context(info).score, "limit": context(info).limit}


def _readable(info: Info, space: N | None) -> N | None:
    return space if space is not None and actor(info).can_read(space) else None


def group(_root: Any, info: Info, **args: Any) -> Group | None:
    """A group, or null."""
    found = namespace(_root, info, **args)
    return found if isinstance(found, Group) else None


def project(_root: Any, info: Info, **args: Any) -> Project | None:
    """A project, or null."""
    found = namespace(_root, info, **args)
    return found if isinstance(found, Project) else None


def namespace(_root: Any, info: Info, **args: Any) -> Namespace | None:
    """Either, or null."""
    return _readable(info, world(info).find_namespace(args["fullPath"]))


def groups(_root: Any, info: Info, **args: Any) -> Connection:
    """All readable groups."""
    found = [
        g for g in world(info).groups.values() if _readable(info, g) and not (args.get("topLevelOnly") and g.parent)
    ]
    return connect(_picked(found, args, "Group"), args)


def projects(_root: Any, info: Info, **args: Any) -> Connection:
    """All readable projects."""
    found = [p for p in world(info).projects.values() if _readable(info, p)]
    if args.get("fullPaths") is not None:
        found = [p for p in found if p.full_path in args["fullPaths"]]
    return connect(_picked(found, args, "Project"), args)


def _picked(spaces: list[Any], args: dict[str, Any], kind: str) -> list[Any]:
    word = (args.get("search") or "").lower()
    found = [space for space in spaces if word in space.name.lower() or word in space.slug.lower()]
    if args.get("ids") is None:
        return found
    wanted = {number_of(value, kind) for value in args["ids"]}
    return [space for space in found if space.id in wanted]


def user(_root: Any, info: Info, **args: Any) -> User | None:
    """By id or username."""
    if args.get("id"):
        return world(info).users.get(number_of(args["id"], "User"))
    return world(info).find_user(args.get("username") or "")


def users(_root: Any, info: Info, **args: Any) -> Connection:
    """By ids, usernames or search."""
    found = list(world(info).users.values())
    if args.get("usernames") is not None:
        wanted = {name.lower() for name in args["usernames"]}
        found = [person for person in found if person.username.lower() in wanted]
    if args.get("ids") is not None:
        numbers = {number_of(value, "User") for value in args["ids"]}
        found = [person for person in found if person.id in numbers]
    word = (args.get("search") or "").lower()
    return connect([person for person in found if word in f"{person.username} {person.name}".lower()], args)


# --- groups, projects, namespaces ------------------------------------------------------------------------------------------


def below(space: Namespace, info: Info, **args: Any) -> Connection:
    """Groups below."""
    found = list(space.descendant_groups()) if isinstance(space, Group) else []
    return connect(_picked([g for g in found if _readable(info, g)], args, "Group"), args)


def projects_within(space: Namespace, info: Info, **args: Any) -> Connection:
    """Projects of a group, with those of subgroups when asked."""
    spaces: Any = space.namespaces() if args.get("includeSubgroups") and isinstance(space, Group) else None
    spaces = getattr(space, "projects", []) if spaces is None else spaces
    found = [s for s in spaces if isinstance(s, Project) and _readable(info, s)]
    if args.get("includeArchived") is False:
        found = [s for s in found if not s.archived]
    return connect(_picked(found, args, "Project"), args)


def max_access_level(space: Namespace, info: Info) -> dict[str, Any]:
    """The asker's own role."""
    level = min(actor(info).level(space), LEVEL_CAP)
    name = ROLE_NAMES.get(level, "NO_ACCESS")
    return {"integerValue": level, "stringValue": name, "humanAccess": name.title()}


def features(_space: Namespace, info: Info) -> dict[str, bool]:
    """What the licence gives."""
    return dict.fromkeys(FEATURES, world(info).edition.licensed)


FEATURES = (
    "hasBlockedIssuesFeature", "hasCustomFieldsFeature", "hasEpicsFeature", "hasGroupBulkEditFeature",
    "hasIssuableHealthStatusFeature", "hasIssueWeightsFeature", "hasIterationsFeature", "hasLinkedItemsEpicsFeature",
    "hasOkrsFeature", "hasQualityManagementFeature", "hasScopedLabelsFeature", "hasSubepicsFeature",
    "hasWorkItemStatusFeature",
)  # fmt: skip


def labels(space: Namespace, info: Info, **args: Any) -> Connection:
    """Labels here, above and below, as asked."""
    places = spaces_around(space, bool(args.get("includeAncestorGroups")), bool(args.get("includeDescendantGroups")))
    word, title = (args.get("searchTerm") or "").lower(), args.get("title")
    found = [label for place in places for label in place.labels if word in label.title.lower()]
    found = [label for label in found if title is None or label.title == title]
    return connect(sorted(found, key=lambda label: (label.title.lower(), label.id)), args)


def label(space: Namespace, info: Info, title: str) -> Label | None:
    """The label of that title."""
    return world(info).find_label(space, title)


def milestones(space: Namespace, info: Info, **args: Any) -> Connection:
    """Milestones here, above and below, as asked."""
    places = spaces_around(space, bool(args.get("includeAncestors")), bool(args.get("includeDescendants")))
    found = [stone for place in places if _readable(info, place) for stone in place.milestones]
    return connect(_sorted_milestones([stone for stone in found if _fits(stone, args)], args), args)


def _sorted_milestones(found: list[Milestone], args: dict[str, Any]) -> list[Milestone]:
    name, _, direction = (args.get("sort") or "DUE_DATE_ASC").rpartition("_")
    field = {"DUE_DATE": "due_date", "CREATED": "created_at", "UPDATED": "updated_at"}[name]
    dated = [stone for stone in found if getattr(stone, field)]
    dated.sort(key=lambda stone: (getattr(stone, field), stone.id), reverse=direction == "DESC")
    return dated + [stone for stone in found if not getattr(stone, field)]


def _fits(stone: Milestone, args: dict[str, Any]) -> bool:
    ids = args.get("ids")
    word = (args.get("searchTitle") or "").lower()
    return (
        (args.get("state") in (None, stone.state))
        and (args.get("title") in (None, stone.title))
        and word in stone.title.lower()
        and (ids is None or stone.id in {number_of(value, "Milestone") for value in ids})
    )


def milestone(_root: Any, info: Info, **args: Any) -> Milestone | None:
    """By id."""
    found = world(info).milestones.get(number_of(args["id"], "Milestone"))
    return found if found and _readable(info, found.owner) else None


def milestone_stats(stone: Milestone, info: Info) -> dict[str, int]:
    """Issues in it."""
    places = spaces_around(stone.owner, False, True)
    items = [item for place in places for item in place.items.values() if item.milestone is stone and not item.is_epic]
    return {"totalIssuesCount": len(items), "closedIssuesCount": sum(item.state == "closed" for item in items)}


def work_item_types(space: Namespace, info: Info, **args: Any) -> Connection:
    """The types one can use there."""
    names = ["issue", "incident", "task"]
    if world(info).edition.licensed and space.is_group:
        names = [*names, "epic"]
    wanted = (args.get("name") or "").lower()
    return connect([name for name in names if wanted in ("", name)], args)


def _milestone_expired(stone: Milestone, info: Info) -> bool:
    return bool(stone.due_date and stone.due_date < world(info).today)


def _milestone_upcoming(stone: Milestone, info: Info) -> bool:
    return bool(stone.start_date and stone.start_date > world(info).today)


def _iteration_state(iteration: Iteration, info: Info) -> str:
    today = world(info).today
    if iteration.start_date > today:
        return "upcoming"
    return "current" if iteration.due_date >= today else "closed"


USER = {
    "id": lambda person, info: gid("User", person.id),
    "publicEmail": lambda person, info: "",
    "avatarUrl": lambda person, info: None,
    "webPath": lambda person, info: f"/{person.username}",
    "webUrl": lambda person, info: links.user_url(world(info), person),
    "userPreferences": lambda person, info: {"timezone": person.timezone},
}
SPACE = {
    "path": lambda space, info: space.slug,
    "webUrl": lambda space, info: links.space_url(world(info), space),
    "webPath": lambda space, info: f"/{'groups/' if space.is_group else ''}{space.full_path}",
    "updatedAt": lambda space, info: space.created_at,
    "maxAccessLevel": max_access_level,
    "labels": labels,
    "label": label,
    "milestones": milestones,
    "workItemTypes": work_item_types,
    "licensedFeatures": features,
    "availableFeatures": features,
    "projects": projects_within,
}
RESOLVERS: dict[str, dict[str, Any]] = {
    "Query": {
        "currentUser": current_user, "metadata": metadata, "queryComplexity": query_complexity, "group": group,
        "project": project, "namespace": namespace, "groups": groups, "projects": projects, "user": user,
        "users": users, "milestone": milestone,
    },
    "UserCore": USER,
    "CurrentUser": USER,
    "Group": SPACE | {
        "id": lambda space, info: gid("Group", space.id),
        "parent": lambda space, info: _readable(info, space.parent),
        "descendantGroups": below,
        "descendantGroupsCount": lambda space, info: len(list(space.descendant_groups())),
    },
    "Project": SPACE | {
        "id": lambda space, info: gid("Project", space.id),
        "group": lambda space, info: space.parent,
        "namespace": lambda space, info: space.parent,
        "nameWithNamespace": lambda space, info: space.full_name,
        "issuesEnabled": lambda space, info: True,
        "lastActivityAt": lambda space, info: world(info).now,
    },
    "Namespace": SPACE | {"id": lambda space, info: namespace_gid(space)},
    "Label": {"id": lambda label, info: gid("GroupLabel" if label.owner.is_group else "ProjectLabel", label.id),
              "textColor": lambda label, info: "#FFFFFF"},
    "Milestone": {
        "id": lambda stone, info: gid("Milestone", stone.id),
        "iid": lambda stone, info: str(stone.iid),
        "expired": _milestone_expired,
        "upcoming": _milestone_upcoming,
        "group": lambda stone, info: stone.owner if stone.owner.is_group else None,
        "project": lambda stone, info: None if stone.owner.is_group else stone.owner,
        "groupMilestone": lambda stone, info: stone.owner.is_group,
        "projectMilestone": lambda stone, info: not stone.owner.is_group,
        "subgroupMilestone": lambda stone, info: stone.owner.is_group and stone.owner.parent is not None,
        "stats": milestone_stats,
        "webPath": lambda stone, info: links.milestone_path(stone),
    },
    "Iteration": {
        "id": lambda iteration, info: gid("Iteration", iteration.id),
        "iid": lambda iteration, info: str(iteration.iid),
        "description": lambda iteration, info: None,
        "sequence": lambda iteration, info: iteration.iid,
        "state": _iteration_state,
        "updatedAt": lambda iteration, info: iteration.created_at,
        "webPath": lambda iteration, info: f"/groups/{iteration.owner.full_path}/-/iterations/{iteration.id}",
        "webUrl": lambda it, info: f"{world(info).base_url}/groups/{it.owner.full_path}/-/iterations/{it.id}",
    },
    "WorkItemType": {
        "id": lambda name, info: type_gid(name),
        "name": lambda name, info: name.replace("_", " ").title(),
        "iconName": lambda name, info: f"work-item-{name.replace('_', '-')}",
    },
}  # fmt: skip
