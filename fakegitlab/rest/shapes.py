"""The JSON of REST: one function an entity."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fakegitlab import entities, history, links
from fakegitlab.markdown import task_counts
from fakegitlab.store import Store

Json = dict[str, Any]
SEVERITY = {"incident": "UNKNOWN"}


def moment(value: datetime | None) -> str | None:
    """`2026-11-20T10:00:00.000Z`."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z" if value else None


def day(value: date | None) -> str | None:
    """`2026-11-20`."""
    return value.isoformat() if value else None


def user_json(world: Store, user: entities.User | None) -> Json | None:
    """UserBasic."""
    if user is None:
        return None
    return {
        "id": user.id,
        "username": user.username,
        "public_email": "",
        "name": user.name,
        "state": user.state,
        "locked": False,
        "avatar_url": f"{world.base_url}/assets/no_avatar.png",
        "web_url": links.user_url(world, user),
    }


def milestone_json(world: Store, stone: entities.Milestone | None) -> Json | None:
    """Milestone: `project_id` or `group_id`, never both."""
    if stone is None:
        return None
    expired = stone.due_date < world.today if stone.due_date else False
    owner = "group_id" if stone.owner.is_group else "project_id"
    return {
        "id": stone.id,
        "iid": stone.iid,
        owner: stone.owner.id,
        "title": stone.title,
        "description": stone.description,
        "state": stone.state,
        "created_at": moment(stone.created_at),
        "updated_at": moment(stone.updated_at),
        "due_date": day(stone.due_date),
        "start_date": day(stone.start_date),
        "expired": expired,
        "web_url": world.base_url + links.milestone_path(stone),
    }


def label_json(world: Store, label: entities.Label, details: bool = False, project: bool = False) -> Json:
    """Label, or the short form within events and issues."""
    shape: Json = {"id": label.id, "name": label.title, "description": label.description}
    shape |= {"description_html": label.description or "", "text_color": "#FFFFFF", "color": label.color}
    shape["archived"] = label.archived
    if not details:
        shape |= {"subscribed": False}
        shape |= {"priority": None, "is_project_label": not label.owner.is_group} if project else {}
    return shape


def time_json(item: entities.Item) -> Json:
    """Seconds and words; null words for zero."""
    spent = item.time_spent
    return {
        "time_estimate": item.estimate,
        "total_time_spent": spent,
        "human_time_estimate": history.time_text(item.estimate) if item.estimate else None,
        "human_total_time_spent": history.time_text(spent) if spent else None,
    }


def references_json(item: entities.Item, seen_from: entities.Namespace | None) -> Json:
    """`relative` depends on where it was asked."""
    short = f"{item.symbol}{item.iid}"
    relative = item.reference
    if seen_from is item.namespace:
        relative = short
    elif seen_from is not None and item.namespace.full_path.startswith(seen_from.full_path + "/"):
        relative = item.reference[len(seen_from.full_path) + 1 :]
    elif seen_from is not None and seen_from.parent is item.namespace.parent:
        relative = f"{item.namespace.slug}{short}"
    return {"short": short, "relative": relative, "full": item.reference}


def votes(awards: list[entities.Award], name: str) -> int:
    """How many of that reaction."""
    return sum(award.name == name for award in awards)


def issue_json(
    world: Store, item: entities.Item, seen_from: entities.Namespace | None = None, label_details: bool = False
) -> Json:
    """Issue; keys of unlicensed features are absent."""
    assignees = [user_json(world, user) for user in item.assignees]
    shape = _issue_basics(world, item, label_details)
    shape |= {
        "assignees": assignees,
        "author": user_json(world, item.author),
        "type": item.type.upper(),
        "assignee": assignees[0] if assignees else None,
        "user_notes_count": sum(not note.system and not note.internal for note in item.notes),
        "merge_requests_count": 0,
        "upvotes": votes(item.awards, "thumbsup"),
        "downvotes": votes(item.awards, "thumbsdown"),
        "due_date": day(item.due_date),
        "confidential": item.confidential,
        "discussion_locked": item.locked or None,
        "issue_type": item.type,
        "web_url": links.item_url(world, item),
        "time_stats": time_json(item),
    }
    if world.edition.since("19.1"):
        shape["start_date"] = day(item.start_date)
    return shape | _issue_tail(world, item, seen_from) | _issue_extras(world, item)


def _issue_basics(world: Store, item: entities.Item, label_details: bool) -> Json:
    ordered = sorted(item.labels, key=lambda label: label.title.lower())
    return {
        "id": item.id,
        "iid": item.iid,
        "project_id": item.namespace.id,
        "title": item.title,
        "description": item.description,
        "state": item.state,
        "created_at": moment(item.created_at),
        "updated_at": moment(item.updated_at),
        "closed_at": moment(item.closed_at),
        "closed_by": user_json(world, item.closed_by),
        "labels": [label_json(world, label, True) if label_details else label.title for label in ordered],
        "milestone": milestone_json(world, item.milestone),
    }


def _issue_tail(world: Store, item: entities.Item, seen_from: entities.Namespace | None) -> Json:
    count, done = task_counts(item.description)
    api = f"{world.base_url}/api/v4/projects/{item.namespace.id}"
    shape: Json = {"task_completion_status": {"count": count, "completed_count": done}}
    if world.edition.enterprise:
        blocked = sum(link.kind == "blocks" and link.source is item for link in item.links)
        shape["blocking_issues_count"] = blocked if world.edition.licensed else 0
    shape |= {"has_tasks": count > 0}
    shape |= {"task_status": f"{done} of {count} checklist items completed"} if count else {}
    shape["_links"] = {
        "self": f"{api}/issues/{item.iid}",
        "notes": f"{api}/issues/{item.iid}/notes",
        "award_emoji": f"{api}/issues/{item.iid}/award_emoji",
        "project": api,
        "closed_as_duplicate_of": None,
    }
    shape["references"] = references_json(item, seen_from or item.namespace)
    shape |= {"severity": SEVERITY.get(item.type, "UNKNOWN"), "moved_to_id": item.moved_to and item.moved_to.id}
    return shape | {"imported": False, "imported_from": "none", "service_desk_reply_to": None}


def _issue_extras(world: Store, item: entities.Item) -> Json:
    if not world.edition.licensed:
        return {}
    parent = item.parent if item.parent and item.parent.is_epic else None
    return {
        "weight": item.weight,
        "epic_iid": parent.iid if parent else None,
        "epic": _epic_within(world, parent) if parent else None,
        "iteration": iteration_json(world, item.iteration) if item.iteration else None,
        "health_status": item.health,
    }


def _epic_within(world: Store, epic: entities.Item) -> Json:
    url = links.item_path(world, epic)
    return {"id": epic.epic_id, "iid": epic.iid, "title": epic.title, "url": url, "group_id": epic.namespace.id}


def iteration_json(world: Store, iteration: entities.Iteration) -> Json:
    """Iteration; state 1 upcoming, 2 current, 3 closed."""
    state = 1 if iteration.start_date > world.today else (2 if iteration.due_date >= world.today else 3)
    return {
        "id": iteration.id,
        "iid": iteration.iid,
        "sequence": iteration.iid,
        "group_id": iteration.owner.id,
        "title": iteration.title,
        "description": None,
        "state": state,
        "created_at": moment(iteration.created_at),
        "updated_at": moment(iteration.created_at),
        "start_date": day(iteration.start_date),
        "due_date": day(iteration.due_date),
        "web_url": f"{world.base_url}/groups/{iteration.owner.full_path}/-/iterations/{iteration.id}",
    }


def related_json(world: Store, item: entities.Item, link: entities.Link) -> Json:
    """The far end of a link, seen from `item`."""
    far = issue_json(world, link.other(item), item.namespace)
    seen = {"issue_link_id": link.id, "link_type": link.type_from(item)}
    return far | seen | {"link_created_at": moment(link.created_at), "link_updated_at": moment(link.created_at)}


def link_json(world: Store, link: entities.Link) -> Json:
    """An issue link with both ends."""
    ends = {"source_issue": issue_json(world, link.source), "target_issue": issue_json(world, link.target)}
    dates = {"link_created_at": moment(link.created_at), "link_updated_at": moment(link.created_at)}
    return {"id": link.id, **ends, "link_type": link.kind, **dates}


def epic_json(world: Store, epic: entities.Item, seen_from: entities.Namespace | None = None) -> Json:
    """Epic: `id` is the legacy number, `work_item_id` the one GraphQL uses."""
    parent = epic.parent
    start, due = day(epic.start_date), day(epic.due_date)
    api = f"{world.base_url}/api/v4/groups/{epic.namespace.id}"
    shape: Json = {
        "id": epic.epic_id,
        **({"work_item_id": epic.id} if world.edition.epic_items else {}),
        "iid": epic.iid,
        "color": "#1068bf",
        "text_color": "#FFFFFF",
        "group_id": epic.namespace.id,
        "parent_id": parent.epic_id if parent else None,
        "parent_iid": parent.iid if parent else None,
        "imported": False,
        "imported_from": "none",
        "title": epic.title,
        "description": epic.description,
        "confidential": epic.confidential,
        "author": user_json(world, epic.author),
    }
    shape |= {"start_date": start, "start_date_is_fixed": True, "start_date_fixed": start}
    shape |= {"start_date_from_inherited_source": None, "start_date_from_milestones": None}
    shape |= {"end_date": due, "due_date": due, "due_date_is_fixed": True, "due_date_fixed": due}
    shape |= {"due_date_from_inherited_source": None, "due_date_from_milestones": None}
    return shape | {
        "state": epic.state,
        "web_edit_url": links.item_path(world, epic),
        "web_url": links.item_url(world, epic),
        "references": references_json(epic, seen_from or epic.namespace),
        "created_at": moment(epic.created_at),
        "updated_at": moment(epic.updated_at),
        "closed_at": moment(epic.closed_at),
        "labels": epic.label_titles(),
        "upvotes": votes(epic.awards, "thumbsup"),
        "downvotes": votes(epic.awards, "thumbsdown"),
        "_links": {
            "self": f"{api}/epics/{epic.iid}",
            "epic_issues": f"{api}/epics/{epic.iid}/issues",
            "group": api,
            "parent": f"{api}/epics/{parent.iid}" if parent else None,
        },
    }


def note_json(world: Store, note: entities.Note) -> Json:
    """Note; epics' notes name the epic by its legacy id."""
    item = note.item
    shape: Json = {
        "id": note.id,
        "type": "DiscussionNote" if note.threaded else None,
        "body": note.body,
        "author": user_json(world, note.author),
        "created_at": moment(note.created_at),
        "updated_at": moment(note.updated_at),
        "system": note.system,
        "noteable_id": item.epic_id if item.is_epic else item.id,
        "noteable_type": "Epic" if item.is_epic else "Issue",
    }
    if not item.is_epic:
        shape["project_id"] = item.namespace.id
    resolving: Json = {"resolvable": note.threaded}
    if note.threaded:
        resolving |= {"resolved": note.resolved, "resolved_by": None, "resolved_at": None}
    flags = {"confidential": note.internal, "internal": note.internal, "imported": False, "imported_from": "none"}
    return shape | resolving | flags | {"noteable_iid": item.iid, "commands_changes": {}}


def discussion_json(world: Store, notes: list[entities.Note]) -> Json:
    """A thread; a lone note is an individual one."""
    individual = len(notes) == 1 and not notes[0].threaded
    shown = [note_json(world, note) for note in notes]
    return {"id": notes[0].discussion_id, "individual_note": individual, "notes": shown}


def award_json(world: Store, award: entities.Award, target: entities.Item | entities.Note) -> Json:
    """Emoji reaction."""
    kind = "Note" if isinstance(target, entities.Note) else ("Epic" if target.is_epic else "Issue")
    number = target.epic_id if isinstance(target, entities.Item) and target.is_epic else target.id
    dates = {"created_at": moment(award.created_at), "updated_at": moment(award.created_at)}
    end = {"awardable_id": number, "awardable_type": kind, "url": None}
    return {"id": award.id, "name": award.name, "user": user_json(world, award.user), **dates, **end}


def namespace_json(space: entities.Namespace) -> Json:
    """The place of a project."""
    return {
        "id": space.id,
        "name": space.name,
        "path": space.slug,
        "kind": "group",
        "full_path": space.full_path,
        "parent_id": space.parent.id if space.parent else None,
        "avatar_url": None,
        "web_url": f"/groups/{space.full_path}",
    }


def project_json(world: Store, project: entities.Project) -> Json:
    """Project, the keys a client may lean on."""
    url = links.space_url(world, project)
    shape: Json = {
        "id": project.id,
        "description": project.description or None,
        "name": project.name,
        "name_with_namespace": project.full_name,
        "path": project.slug,
        "path_with_namespace": project.full_path,
        "created_at": moment(project.created_at),
        "default_branch": "main",
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@gitlab.example.com:{project.full_path}.git",
        "http_url_to_repo": f"{url}.git",
        "web_url": url,
        "readme_url": None,
    }
    shape |= {"forks_count": 0, "avatar_url": None, "star_count": 0, "last_activity_at": moment(world.now)}
    shape["namespace"] = namespace_json(project.parent) if project.parent else None
    shape |= {"visibility": project.visibility, "archived": project.archived, "issues_enabled": True}
    opened = sum(item.state == "opened" for item in project.items.values())
    return shape | {"open_issues_count": opened, "issues_access_level": "enabled", "empty_repo": False}


def group_json(world: Store, group: entities.Group) -> Json:
    """Group."""
    return {
        "id": group.id,
        "web_url": links.space_url(world, group),
        "name": group.name,
        "path": group.slug,
        "description": group.description,
        "visibility": group.visibility,
        "created_at": moment(group.created_at),
        "avatar_url": None,
        "full_name": group.full_name,
        "full_path": group.full_path,
        "parent_id": group.parent.id if group.parent else None,
        "archived": group.archived,
        "request_access_enabled": True,
    }
