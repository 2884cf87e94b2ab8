"""Groups, projects, members, milestones, labels and issue links over REST."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from werkzeug.wrappers import Response

from fakegitlab.entities import MAINTAINER, Group, Item, Label, Link, Milestone, Namespace, Project, User
from fakegitlab.rest.call import Call
from fakegitlab.rest.paging import as_json, paginated
from fakegitlab.rest.shapes import (
    group_json,
    issue_json,
    label_json,
    link_json,
    milestone_json,
    project_json,
    related_json,
    user_json,
)
from fakegitlab.services.refusal import Refusal, conflict, forbidden, not_found

# --- groups and projects -------------------------------------------------------------------------------------------------


def show_group(call: Call, place: str) -> Response:
    """GET /groups/:id, with its projects unless told not to."""
    group = call.group(place)
    shape = group_json(call.world, group)
    if call.flag("with_projects") is not False:
        shape["projects"] = [project_json(call.world, project) for project in _readable(call, group.projects)]
    return as_json(shape)


def _readable(call: Call, spaces: Iterable[Any]) -> list[Any]:
    return [space for space in spaces if call.actor.can_read(space)]


def _searched(call: Call, spaces: list[Any]) -> list[Any]:
    word = (call.text("search") or "").lower()
    found = [space for space in spaces if word in space.name.lower() or word in space.slug.lower()]
    return sorted(found, key=lambda space: (space.name.lower(), space.id))


def list_groups(call: Call) -> Response:
    """GET /groups."""
    tops = call.flag("top_level_only")
    found = [group for group in _readable(call, call.world.groups.values()) if not (tops and group.parent)]
    return paginated(call, _searched(call, found), partial(group_json, call.world))


def list_subgroups(call: Call, place: str) -> Response:
    """GET /groups/:id/subgroups."""
    return paginated(call, _searched(call, _readable(call, call.group(place).groups)), partial(group_json, call.world))


def list_descendant_groups(call: Call, place: str) -> Response:
    """GET /groups/:id/descendant_groups."""
    found = _readable(call, call.group(place).descendant_groups())
    return paginated(call, _searched(call, found), partial(group_json, call.world))


def list_group_projects(call: Call, place: str) -> Response:
    """GET /groups/:id/projects."""
    group = call.group(place)
    below = call.flag("include_subgroups")
    spaces: Iterable[Namespace] = group.namespaces() if below else group.projects
    archived, visibility = call.flag("archived"), call.text("visibility")
    found = [space for space in spaces if isinstance(space, Project) and archived in (None, space.archived)]
    found = [space for space in found if visibility in (None, space.visibility)]
    return paginated(call, _searched(call, _readable(call, found)), partial(project_json, call.world))


def show_project(call: Call, place: str) -> Response:
    """GET /projects/:id."""
    project = call.project(place)
    level = call.actor.level(project)
    access = {"access_level": level, "notification_level": 3} if level else None
    return as_json(
        project_json(call.world, project) | {"permissions": {"project_access": access, "group_access": None}}
    )


def list_projects(call: Call) -> Response:
    """GET /projects."""
    found = _searched(call, _readable(call, call.world.projects.values()))
    return paginated(call, found, partial(project_json, call.world))


def _asked_for(call: Call, kind: str, parent: Group) -> dict[str, Any]:
    """The fields of a project or group that a request asks for."""
    return {
        "id": call.world.next_id(kind),
        "slug": call.need("path"),
        "parent": parent,
        "name": call.need("name"),
        "visibility": call.text("visibility") or "private",
        "created_at": call.world.now,
    }


def create_project(call: Call) -> Response:
    """POST /projects in a group: Maintainer there, which is the default of groups."""
    number = call.number("namespace_id")
    group = next((g for g in call.world.groups.values() if g.id == number), None)
    if group is None or not call.actor.can_read(group):
        raise Refusal(400, {"namespace": ["is not valid"]})
    if call.actor.level(group) < MAINTAINER:
        raise forbidden()
    path = f"{group.full_path}/{call.need('path')}"
    if call.world.find_namespace(path) is not None:
        raise Refusal(400, {"path": ["has already been taken"]})
    made = Project(**_asked_for(call, "project", group), namespace_id=call.world.next_id("group"))
    call.world.add_namespace(made)
    call.world.record("project.create", path, call.actor.user)
    return as_json(project_json(call.world, made), 201)


def create_group(call: Call) -> Response:
    """POST /groups: a subgroup, by Owners of the group above and, as the default is, its Maintainers."""
    number = call.number("parent_id")
    parent = next((g for g in call.world.groups.values() if g.id == number), None)
    if parent is None or not call.actor.can_read(parent) or call.actor.level(parent) < MAINTAINER:
        raise forbidden()
    path = f"{parent.full_path}/{call.need('path')}"
    if call.world.find_namespace(path) is not None:
        raise Refusal(400, {"message": 'Failed to save group {:path=>["has already been taken"]}'})
    made = Group(**_asked_for(call, "group", parent))
    call.world.add_namespace(made)
    call.world.record("group.create", path, call.actor.user)
    return as_json(group_json(call.world, made), 201)


# --- members ---------------------------------------------------------------------------------------------------------------


def _member_json(call: Call, user: User, level: int) -> dict[str, Any]:
    shape = user_json(call.world, user) or {}
    return shape | {"access_level": level, "expires_at": None, "membership_state": "active"}


def _members(call: Call, space: Namespace, inherited: bool) -> list[tuple[User, int]]:
    levels: dict[int, int] = {}
    for owner in list(space.lineage()) if inherited else [space]:
        for number, level in owner.members.items():
            levels[number] = max(level, levels.get(number, 0))
    return [(call.world.users[number], level) for number, level in sorted(levels.items())]


def list_members(call: Call, kind: str, inherited: bool, place: str) -> Response:
    """GET members and members/all."""
    space: Namespace = call.group(place) if kind == "groups" else call.project(place)
    found = _members(call, space, inherited)
    word = (call.text("query") or "").lower()
    found = [(user, level) for user, level in found if word in user.username.lower() or word in user.name.lower()]
    return paginated(call, found, lambda pair: _member_json(call, *pair))


def show_member(call: Call, kind: str, inherited: bool, place: str, user_id: int) -> Response:
    """GET members/:user_id and members/all/:user_id."""
    space: Namespace = call.group(place) if kind == "groups" else call.project(place)
    for user, level in _members(call, space, inherited):
        if user.id == user_id:
            return as_json(_member_json(call, user, level))
    raise not_found()


# --- milestones and labels -------------------------------------------------------------------------------------------------


def spaces_around(space: Namespace, ancestors: bool, descendants: bool) -> list[Namespace]:
    """The place itself, with those above or below."""
    found = list(space.lineage()) if ancestors else [space]
    if descendants and isinstance(space, Group):
        found += [below for below in space.namespaces() if below is not space]
    return found


def list_milestones(call: Call, kind: str, place: str) -> Response:
    """GET milestones, also of ancestors or descendants."""
    space: Namespace = call.group(place) if kind == "groups" else call.project(place)
    above = bool(call.flag("include_ancestors") or call.flag("include_parent_milestones"))
    owners = spaces_around(space, above, bool(call.flag("include_descendants")) and kind == "groups")
    found = [stone for owner in owners if call.actor.can_read(owner) for stone in owner.milestones]
    found = [stone for stone in found if _wanted_milestone(call, stone)]
    return paginated(call, sorted(found, key=lambda stone: stone.id), partial(milestone_json, call.world))


def create_milestone(call: Call, kind: str, place: str) -> Response:
    """POST milestones: Planner or Reporter."""
    space: Namespace = call.group(place) if kind == "groups" else call.project(place)
    call.actor.require_staff(space)
    title = call.need("title").strip()
    if any(stone.title == title for stone in space.milestones):
        raise Refusal(400, {"title": ["already being used for another group or project milestone."]})
    number, now = call.world.next_id("milestone"), call.world.now
    made = Milestone(number, len(space.milestones) + 1, space, title, now, now)
    made.start_date, made.due_date = call.day("start_date"), call.day("due_date")
    space.milestones.append(made)
    call.world.milestones[number] = made
    call.world.record("milestone.create", space.full_path, call.actor.user, title)
    return as_json(milestone_json(call.world, made), 201)


def _wanted_milestone(call: Call, stone: Milestone) -> bool:
    iids, state, title, search = call.list("iids"), call.text("state"), call.text("title"), call.text("search")
    day = call.day("containing_date")
    contains = day is None or ((stone.start_date or day) <= day <= (stone.due_date or day))
    return (
        contains
        and (iids is None or str(stone.iid) in iids)
        and (state in (None, "all", stone.state))
        and (title is None or stone.title == title)
        and (search is None or search.lower() in stone.title.lower())
    )


def _milestone(call: Call, kind: str, place: str, milestone_id: int) -> Milestone:
    space: Namespace = call.group(place) if kind == "groups" else call.project(place)
    found = call.world.milestones.get(milestone_id)
    if found is None or found.owner is not space:
        raise not_found()
    return found


def show_milestone(call: Call, kind: str, place: str, milestone_id: int) -> Response:
    """GET milestones/:milestone_id: by id, not iid."""
    return as_json(milestone_json(call.world, _milestone(call, kind, place, milestone_id)))


def list_milestone_issues(call: Call, kind: str, place: str, milestone_id: int) -> Response:
    """GET milestones/:milestone_id/issues."""
    stone = _milestone(call, kind, place, milestone_id)
    owners = spaces_around(stone.owner, False, True)
    items = [item for owner in owners for item in owner.items.values() if item.milestone is stone and not item.is_epic]
    return paginated(call, call.actor.seen(items), partial(issue_json, call.world, seen_from=stone.owner))


def list_labels(call: Call, kind: str, place: str) -> Response:
    """GET labels: those from above included unless told not to."""
    space: Namespace = call.group(place) if kind == "groups" else call.project(place)
    above = call.flag("include_ancestor_groups") is not False
    owners = spaces_around(space, above, bool(call.flag("include_descendant_groups")))
    word = (call.text("search") or "").lower()
    found = [label for owner in owners for label in owner.labels if word in label.title.lower()]
    found.sort(key=lambda label: (label.title.lower(), label.id))
    return paginated(call, found, lambda label: _label_json(call, label, kind))


def _label_json(call: Call, label: Label, kind: str) -> dict[str, Any]:
    shape = label_json(call.world, label, project=kind == "projects")
    counts = {"open_issues_count": 0, "closed_issues_count": 0, "open_merge_requests_count": 0}
    return shape | (counts if call.flag("with_counts") else {})


def create_label(call: Call, kind: str, place: str) -> Response:
    """POST labels."""
    space: Namespace = call.group(place) if kind == "groups" else call.project(place)
    call.actor.require_staff(space)
    title = call.need("name").strip()
    if not title or "," in title:
        raise Refusal(400, {"title": ["is invalid"]})
    if any(label.title == title for label in space.labels):
        raise conflict("Label already exists") if kind == "projects" else Refusal(409, "Label already exists")
    number = call.world.next_id("label")
    made = Label(number, space, title, call.need("color"), call.world.now, call.text("description"))
    space.labels.append(made)
    call.world.labels[number] = made
    call.world.record("label.create", space.full_path, call.actor.user, title)
    return as_json(label_json(call.world, made, project=kind == "projects"), 201)


# --- issue links -----------------------------------------------------------------------------------------------------------


def list_links(call: Call, place: str, iid: int) -> Response:
    """GET links: the other ends that the user may see."""
    item = call.issue(place, iid)
    seen = [link for link in item.links if call.actor.sees(link.other(item))]
    return as_json([related_json(call.world, item, link) for link in seen if not link.other(item).is_epic])


def create_link(call: Call, place: str, iid: int) -> Response:
    """POST links: blocking ones need a licence."""
    item = call.issue(place, iid)
    call.actor.require_edit(item)
    target = call.issue(call.need("target_project_id").replace("/", "%2F"), int(call.need("target_issue_iid")))
    kind = call.choice("link_type", ("relates_to", "blocks", "is_blocked_by"), "relates_to") or "relates_to"
    if kind != "relates_to" and not call.edition.licensed:
        raise forbidden("Blocked issues not available for current license")
    if any(link.other(item) is target for link in item.links):
        raise conflict("Issue(s) already assigned")
    return as_json(link_json(call.world, _link(call, item, target, kind)), 201)


def _link(call: Call, item: Item, target: Item, kind: str) -> Link:
    source, end = (target, item) if kind == "is_blocked_by" else (item, target)
    name = "relates_to" if kind == "relates_to" else "blocks"
    made = Link(call.world.next_id("link"), source, end, name, call.world.now)
    call.world.links[made.id] = made
    source.links.append(made)
    end.links.append(made)
    call.world.record("link.create", source.reference, call.actor.user, end.reference)
    return made
