"""Who may see and do what: roles, confidentiality, internal notes, scopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fakegitlab.entities import (
    ADMIN,
    GUEST,
    MAINTAINER,
    OWNER,
    PLANNER,
    REPORTER,
    Group,
    Item,
    Namespace,
    Note,
    Token,
    User,
)
from fakegitlab.services.refusal import forbidden, not_found
from fakegitlab.store import Store


@dataclass(eq=False)
class Actor:
    """A user at work through a token."""

    world: Store
    user: User
    token: Token

    @property
    def staff_level(self) -> int:
        """From this role on one sees confidential things and edits others' items."""
        return PLANNER if self.world.edition.planner_role else REPORTER

    # --- scopes -------------------------------------------------------------------------------------------------------

    def may_read_api(self) -> bool:
        """Any reading beyond the profile."""
        return bool({"api", "read_api"} & set(self.token.scopes))

    def may_write_api(self) -> bool:
        """Any writing."""
        return "api" in self.token.scopes

    # --- roles --------------------------------------------------------------------------------------------------------

    def level(self, space: Namespace) -> int:
        """The highest role here or above; 0 for a stranger."""
        if self.user.admin:
            return ADMIN
        return max((owner.members.get(self.user.id, 0) for owner in space.lineage()), default=0)

    def can_read(self, space: Namespace) -> bool:
        """Members, members of something below, and everybody where it is public (or internal, but for external users)."""
        if self.is_open(space) or self.level(space) >= GUEST:
            return True
        below = space.namespaces() if isinstance(space, Group) else ()
        return any(self.user.id in owner.members for owner in below)

    def is_open(self, space: Namespace) -> bool:
        """Whether the user may read there without being a member."""
        return space.visibility == "public" or (space.visibility == "internal" and not self.user.external)

    def is_staff(self, space: Namespace) -> bool:
        """Planner or Reporter and up."""
        return self.level(space) >= self.staff_level

    def is_owner(self, space: Namespace) -> bool:
        """Owner or administrator."""
        return self.level(space) >= OWNER

    # --- items and notes ----------------------------------------------------------------------------------------------

    def sees(self, item: Item) -> bool:
        """Confidential items are for staff, the author and the assignees."""
        if item.is_epic and not self.world.edition.licensed:
            return False
        space = item.namespace
        if not item.confidential:
            return self.is_open(space) or self.level(space) >= GUEST
        if self.level(space) < GUEST:
            return False
        return self.is_staff(space) or self.user is item.author or self.user in item.assignees

    def seen(self, items: Iterable[Item]) -> list[Item]:
        """Those of the items the user may see."""
        return [item for item in items if self.sees(item)]

    def sees_work_item(self, item: Item) -> bool:
        """Whether the item is a work item to this server, and one the user may see."""
        return self.sees(item) and (not item.is_epic or self.world.edition.epic_items)

    def seen_work_items(self, items: Iterable[Item]) -> list[Item]:
        """Those of the items that are work items here and may be seen."""
        return [item for item in items if self.sees_work_item(item)]

    def can_edit(self, item: Item) -> bool:
        """Staff, and the author his own text; nobody in an archived project."""
        return not item.namespace.archived and (self.is_staff(item.namespace) or self.user is item.author)

    def sees_note(self, note: Note) -> bool:
        """Internal notes are for staff and their author."""
        return not note.internal or self.is_staff(note.item.namespace) or note.author is self.user

    def can_comment(self, item: Item) -> bool:
        """Where a discussion is locked, members only; in an archived project, nobody."""
        return not item.namespace.archived and (not item.locked or self.level(item.namespace) >= GUEST)

    def can_edit_note(self, note: Note) -> bool:
        """One's own; others' from Maintainer on. System notes never, nor any in an archived project."""
        return (
            not note.system
            and not note.item.namespace.archived
            and (note.author is self.user or self.level(note.item.namespace) >= MAINTAINER)
        )

    # --- or refuse ----------------------------------------------------------------------------------------------------

    def require_visible(self, item: Item | None, what: str = "Not") -> Item:
        """404 hides 403."""
        if item is None or not self.sees(item):
            raise not_found(what)
        return item

    def require_edit(self, item: Item) -> None:
        """403 for those who may only look."""
        if not self.can_edit(item):
            raise forbidden()

    def require_staff(self, space: Namespace) -> None:
        """403 below Planner or Reporter."""
        if not self.is_staff(space):
            raise forbidden()
