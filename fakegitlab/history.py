"""What GitLab writes down about a change: resource events, and system notes in GitLab's wording."""

from __future__ import annotations

from datetime import date, datetime

from fakegitlab.entities import Event, Item, Label, Milestone, Note, User
from fakegitlab.store import Store


def add_system_note(world: Store, item: Item, user: User, body: str, action: str, at: datetime | None = None) -> Note:
    """Write a system note."""
    at = at or world.now
    note = Note(world.next_id("note"), item, user, body, at, at, world.next_discussion_id(), system=True, action=action)
    return world.add_note(note)


def add_event(world: Store, item: Item, user: User | None, kind: str, action: str, **fields: object) -> Event:
    """Write a resource event; `at` may be among the fields."""
    at = fields.pop("at", None) or world.now
    assert isinstance(at, datetime)
    event = Event(world.next_id(f"{kind}_event"), kind, item, user, at, action)
    for key, value in fields.items():
        setattr(event, key, value)
    return world.add_event(event)


def labels_changed(world: Store, item: Item, user: User, added: list[Label], removed: list[Label]) -> None:
    """One event a label; setting a label that is there makes none."""
    for label in added:
        add_event(world, item, user, "label", "add", label=label)
    for label in removed:
        add_event(world, item, user, "label", "remove", label=label)


def milestone_changed(world: Store, item: Item, user: User, old: Milestone | None, new: Milestone | None) -> None:
    """GitLab writes one event: the new milestone's, or the removal of the old one."""
    add_event(world, item, user, "milestone", "add" if new else "remove", milestone=new or old)


def long_date(day: date) -> str:
    """`September 20, 2018`."""
    return f"{day:%B} {day.day}, {day.year}"


def short_date(day: date) -> str:
    """`Sep 20, 2018`, as old epic notes have it."""
    return f"{day:%b} {day.day}, {day.year}"


def dates_text(name: str, old: date | None, new: date | None) -> str | None:
    """One half of the note about dates."""
    if old == new:
        return None
    if new is None:
        assert old is not None
        return f"removed {name} date {long_date(old)}"
    return f"changed {name} date to {long_date(new)}"


def dates_changed(
    world: Store,
    item: Item,
    user: User,
    old: tuple[date | None, date | None],
    at: datetime | None = None,
    legacy: bool | None = None,
) -> None:
    """The note about start and due date; before 18.0 epics had wordings of their own."""
    if legacy is None:
        legacy = item.is_epic and not world.edition.since("18.0")
    if legacy:
        _legacy_epic_dates(world, item, user, old, at)
        return
    halves = [dates_text("start", old[0], item.start_date), dates_text("due", old[1], item.due_date)]
    text = " and ".join(half for half in halves if half)
    if text:
        add_system_note(world, item, user, text, "start_date_or_due_date", at)


def _legacy_epic_dates(
    world: Store, item: Item, user: User, old: tuple[date | None, date | None], at: datetime | None
) -> None:
    for name, before, now in (("start", old[0], item.start_date), ("due", old[1], item.due_date)):
        if before != now:
            text = f"changed {name} date to {short_date(now)}" if now else f"removed the {name} date"
            add_system_note(world, item, user, text, "epic_date_changed", at)


def title_changed(world: Store, item: Item, user: User, old: str) -> None:
    """GitLab marks up what changed; whole titles are marked here."""
    text = f"changed title from **{{-{old}-}}** to **{{+{item.title}+}}**"
    add_system_note(world, item, user, text, "title")


def description_changed(world: Store, item: Item, user: User) -> None:
    """The text is not in the note."""
    add_system_note(world, item, user, "changed the description", "description")


def confidentiality_changed(world: Store, item: Item, user: User) -> None:
    """Both directions."""
    kind = "epic" if item.is_epic else item.type
    if item.confidential:
        add_system_note(world, item, user, f"made the {kind} confidential", "confidential")
    else:
        add_system_note(world, item, user, f"made the {kind} visible to everyone", "visible")


def health_changed(world: Store, item: Item, user: User, old: str | None) -> None:
    """`changed health status to **at risk**`."""
    if item.health:
        text = f"changed health status to **{item.health.replace('_', ' ')}**"
    else:
        text = f"removed health status **{(old or '').replace('_', ' ')}**"
    add_system_note(world, item, user, text, "health_status")


def assignees_changed(world: Store, item: Item, user: User, old: list[User]) -> None:
    """`assigned to @a and unassigned @b`."""
    added = " ".join(f"@{u.username}" for u in item.assignees if u not in old)
    gone = " ".join(f"@{u.username}" for u in old if u not in item.assignees)
    parts = [f"assigned to {added}" if added else "", f"unassigned {gone}" if gone else ""]
    add_system_note(world, item, user, " and ".join(p for p in parts if p), "assignee")


def weight_changed(world: Store, item: Item, user: User) -> None:
    """An event; the note is made up by the web page."""
    add_event(world, item, user, "weight", "set", weight=item.weight)


def state_changed(world: Store, item: Item, user: User | None, at: datetime | None = None) -> None:
    """`closed` or `reopened`."""
    add_event(world, item, user, "state", "closed" if item.state == "closed" else "reopened", at=at)


def parent_changed(world: Store, item: Item, user: User, old: Item | None) -> None:
    """Both ends get a note."""
    if old:
        add_system_note(world, item, user, f"removed parent {old.type} {old.reference}", "unrelate_from_parent")
        add_system_note(world, old, user, f"removed child {item.type} {item.reference}", "unrelate_from_child")
    if item.parent:
        new = item.parent
        add_system_note(world, item, user, f"added {new.reference} as parent {new.type}", "relate_to_parent")
        add_system_note(world, new, user, f"added {item.reference} as child {item.type}", "relate_to_child")


def time_text(seconds: int) -> str:
    """`3d 5h 30m`: a day has 8 hours, a week 5 days, a month 4 weeks."""
    sign, left = ("-" if seconds < 0 else ""), abs(seconds)
    parts = []
    for unit, size in (("mo", 576000), ("w", 144000), ("d", 28800), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return sign + " ".join(parts) if parts else "0h"
