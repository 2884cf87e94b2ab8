"""Where things are on the web; newer servers use other addresses."""

from __future__ import annotations

from fakegitlab.entities import Item, Milestone, Namespace, Note, User
from fakegitlab.store import Store


def space_url(world: Store, space: Namespace) -> str:
    """A group's or project's page."""
    return f"{world.base_url}/{'groups/' if space.is_group else ''}{space.full_path}"


def item_path(world: Store, item: Item) -> str:
    """`/-/work_items/N` since 18.10, before that `/-/issues/N` and `/-/epics/N`."""
    new = world.edition.since("18.10") or item.type == "task"
    kind = "work_items" if new else ("epics" if item.is_epic else "issues")
    return f"/{'groups/' if item.is_epic else ''}{item.namespace.full_path}/-/{kind}/{item.iid}"


def item_url(world: Store, item: Item) -> str:
    """An item's page."""
    return world.base_url + item_path(world, item)


def note_url(world: Store, note: Note) -> str:
    """A note on its item's page."""
    return f"{item_url(world, note.item)}#note_{note.id}"


def user_url(world: Store, user: User) -> str:
    """A profile."""
    return f"{world.base_url}/{user.username}"


def milestone_path(milestone: Milestone) -> str:
    """A milestone's page: `groups/` in front for those of groups."""
    owner = milestone.owner
    return f"/{'groups/' if owner.is_group else ''}{owner.full_path}/-/milestones/{milestone.iid}"
