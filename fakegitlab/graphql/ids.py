"""Global ids: `gid://gitlab/WorkItem/12` and back."""

from __future__ import annotations

import re

from graphql import GraphQLError

from fakegitlab.entities import Group, Item, Namespace, Note

GID = re.compile(r"gid://gitlab/([A-Za-z:]+)/([0-9a-f]+)")
TYPE_NUMBERS = {"issue": 1, "incident": 2, "test_case": 3, "requirement": 4, "task": 5, "objective": 6, "key_result": 7}
TYPE_NUMBERS |= {"epic": 8, "ticket": 9}


def gid(kind: str, number: object) -> str:
    """A global id."""
    return f"gid://gitlab/{kind}/{number}"


def split_gid(value: str, *kinds: str) -> tuple[str, str]:
    """Kind and number of a global id, if it is one of these kinds."""
    match = GID.fullmatch(str(value))
    if not match:
        raise GraphQLError(f'"{value}" is not a valid Global ID')
    if kinds and match[1] not in kinds:
        raise GraphQLError(f'"{value}" does not represent an instance of {kinds[0]}')
    return match[1], match[2]


def number_of(value: str, *kinds: str) -> int:
    """The number in a global id; a bare number is taken as one."""
    if str(value).isdecimal():
        return int(value)
    return int(split_gid(value, *kinds)[1])


def namespace_gid(space: Namespace) -> str:
    """Group, or the namespace that each project has."""
    if isinstance(space, Group):
        return gid("Group", space.id)
    return gid("Namespaces::ProjectNamespace", getattr(space, "namespace_id", space.id))


def note_gid(note: Note) -> str:
    """Notes of threads have a class of their own."""
    return gid("DiscussionNote" if note.threaded else "Note", note.id)


def discussion_gid(notes: list[Note]) -> str:
    """So have lone notes' discussions."""
    alone = len(notes) == 1 and not notes[0].threaded
    return gid("IndividualNoteDiscussion" if alone else "Discussion", notes[0].discussion_id)


def type_gid(item_type: str) -> str:
    """A work item type."""
    return gid("WorkItems::Type", TYPE_NUMBERS[item_type])


def item_gid(item: Item) -> str:
    """A work item."""
    return gid("WorkItem", item.id)
