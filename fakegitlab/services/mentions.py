"""References in a text: cross-reference notes on what is mentioned, notifications for who is."""

from __future__ import annotations

from collections.abc import Iterable

from fakegitlab import history
from fakegitlab.entities import Group, Item, Mention, Namespace, Note, Notification, User
from fakegitlab.markdown import Reference, find_references
from fakegitlab.services.access import Actor
from fakegitlab.store import Store


def resolve(world: Store, reference: Reference, space: Namespace) -> object | None:
    """What the reference points to, if anything."""
    if reference.kind == "user":
        return _people_target(world, reference.value)
    if reference.kind == "issue":
        return _item(world.find_namespace(reference.path) if reference.path else space, reference.value, False)
    if reference.kind == "epic":
        group = space if isinstance(space, Group) else space.parent
        return _item(world.find_namespace(reference.path) if reference.path else group, reference.value, True)
    if reference.kind == "label":
        return world.find_label(space, reference.value)
    if reference.kind == "milestone":
        return world.find_milestone(space, reference.value)
    return None


def _people_target(world: Store, name: str) -> object | None:
    if name == "all":
        return "all" if world.edition.all_mention else None
    return world.find_user(name.rstrip(".")) or world.find_group(name)


def _item(space: Namespace | None, number: str, epic: bool) -> Item | None:
    found = space.items.get(int(number)) if space else None
    return found if found and found.is_epic == epic else None


def process_text(actor: Actor, item: Item, text: str, note: Note | None = None, before: str = "") -> set[User]:
    """Record what the text mentions, write cross references, and return who is newly mentioned."""
    world = actor.world
    known = {(r.kind, r.text) for r in find_references(before, world.base_url)} if before else set()
    people: set[User] = set()
    for reference in dict.fromkeys(find_references(text, world.base_url)):
        if (reference.kind, reference.text) in known:
            continue
        target = resolve(world, reference, item.namespace)
        world.mentions.append(Mention(reference.kind, reference.text, actor.user, item, world.now, note, target))
        if isinstance(target, Item):
            _cross_reference(actor, item, target)
        elif reference.kind == "user" and target is not None:
            people |= set(_members(world, target, item.namespace))
    return people


def _cross_reference(actor: Actor, source: Item, target: Item) -> None:
    if target is source or not actor.sees(target):
        return
    same = source.namespace is target.namespace
    shown = f"{source.symbol}{source.iid}" if same else source.reference
    body = f"mentioned in {'epic' if source.is_epic else 'issue'} {shown}"
    if not any(note.system and note.body == body for note in target.notes):
        history.add_system_note(actor.world, target, actor.user, body, "cross_reference")


def _members(world: Store, target: object, space: Namespace) -> list[User]:
    if isinstance(target, User):
        return [target]
    spaces: Iterable[Namespace] = [target] if isinstance(target, Group) else space.lineage()
    return [world.users[number] for owner in spaces for number in owner.members]


def notify(world: Store, item: Item, note: Note | None, author: User, people: Iterable[tuple[User, str]]) -> None:
    """Tell everyone once, never the author, never who may not see it."""
    told = {author}
    for user, reason in people:
        if user in told or user.bot or not _may_see(world, user, item, note):
            continue
        told.add(user)
        world.notifications.append(Notification(user, reason, item, world.now, note))


def _may_see(world: Store, user: User, item: Item, note: Note | None) -> bool:
    token = next(iter(world.tokens.values()), None)
    if token is None:
        return True
    reader = Actor(world, user, token)
    return reader.sees(item) and (note is None or reader.sees_note(note))


def participants(item: Item) -> list[tuple[User, str]]:
    """Author, assignees, and everyone who commented."""
    commenters = [note.author for note in item.notes if not note.system]
    found = [(item.author, "author"), *((user, "assigned") for user in item.assignees)]
    return found + [(user, "participating") for user in commenters]
