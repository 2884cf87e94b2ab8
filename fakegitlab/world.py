"""The builder: a world is made by hand in a test, or by portfolio.py for the demo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from fakegitlab import history
from fakegitlab.entities import (
    ROLES,
    Award,
    Group,
    Item,
    Iteration,
    Label,
    Link,
    MergeRequest,
    Milestone,
    Namespace,
    Note,
    Project,
    TimeLog,
    Token,
    User,
)
from fakegitlab.store import CLOSING, STATUSES, Moment, Store, as_moment

HOUR = 3600
COLORS = ("#1f75cb", "#108548", "#DD2B0E", "#9400D3", "#C77D00", "#6699cc", "#36454F", "#cd5b45")


def as_date(value: date | str | None) -> date | None:
    """A date from itself or from ISO text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


S = TypeVar("S", Group, Project)


class World(Store):
    """A GitLab in memory. Every builder method returns what it made."""

    # --- people ----------------------------------------------------------------------------------------------------

    def user(self, username: str, name: str | None = None, **fields: Any) -> User:
        """The user of that name; made when new."""
        found = self.find_user(username)
        if found:
            return found
        fields.setdefault("created_at", self.now)
        return self.add_user(User(self.next_id("user"), username, name or username.replace("_", " ").title(), **fields))

    def member(self, space: Namespace, user: User | str, role: str = "developer") -> User:
        """Give a user a role in a group or project."""
        person = self.user(user) if isinstance(user, str) else user
        space.members[person.id] = ROLES[role]
        self.changed()
        return person

    def token(
        self,
        user: User | str | None = None,
        scopes: Iterable[str] = ("api",),
        role: str | None = "maintainer",
        at: Namespace | None = None,
        value: str | None = None,
        **fields: Any,
    ) -> Token:
        """A token; its user gets the role at `at`, or in every top-level group."""
        number = self.next_id("token")
        person = self.user("psbot", bot=True) if user is None else user
        person = self.user(person) if isinstance(person, str) else person
        if role == "admin":
            person.admin = True
        elif role:
            for space in [at] if at else [g for g in self.groups.values() if g.parent is None]:
                self.member(space, person, role)
        text = value or f"demo-token-{number}-{person.username}"
        fields.setdefault("created_at", self.now)
        made = Token(number, text, person, tuple(scopes), **fields)
        self.tokens[text] = made
        return made

    # --- places ------------------------------------------------------------------------------------------------------

    def group(self, path: str, **fields: Any) -> Group:
        """The group of that full path; parents are made as needed."""
        found = self.find_namespace(path)
        return found if isinstance(found, Group) else self._add(Group(**self._space("group", path, fields)))

    def project(self, path: str, **fields: Any) -> Project:
        """The project of that full path; groups are made as needed."""
        found = self.find_namespace(path)
        if isinstance(found, Project):
            return found
        made = Project(**self._space("project", path, fields))
        made.namespace_id = self.next_id("group")
        return self._add(made)

    def _add(self, made: S) -> S:
        self.add_namespace(made)
        return made

    def _space(self, kind: str, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        above, _, slug = path.rpartition("/")
        parent = self.group(above) if above else None
        fields.setdefault("name", slug.replace("-", " ").title())
        fields["created_at"] = as_moment(fields.get("created_at", self.now))
        return {"id": self.next_id(kind), "slug": slug, "parent": parent, **fields}

    def rename(self, space: Namespace, slug: str) -> None:
        """Change the path; the old one redirects."""
        old = self._paths_below(space)
        space.slug = slug
        self.reindex(space, old)

    def transfer(self, space: Namespace, parent: Group) -> None:
        """Move a group or project elsewhere; the old path redirects."""
        old = self._paths_below(space)
        if isinstance(space, Group):
            if space.parent:
                space.parent.groups.remove(space)
            parent.groups.append(space)
        elif isinstance(space, Project):
            if space.parent:
                space.parent.projects.remove(space)
            parent.projects.append(space)
        space.parent = parent
        self.reindex(space, old)

    def _paths_below(self, space: Namespace) -> dict[str, Namespace]:
        spaces = space.namespaces() if isinstance(space, Group) else [space]
        return {owner.full_path.lower(): owner for owner in spaces}

    def label(self, space: Namespace, title: str, color: str | None = None, description: str | None = None) -> Label:
        """The label of that title in the namespace itself; made when new."""
        for label in space.labels:
            if label.title == title:
                return label
        number = self.next_id("label")
        made = Label(number, space, title, color or COLORS[number % len(COLORS)], self.now, description)
        space.labels.append(made)
        self.labels[number] = made
        self.changed()
        return made

    def label_for(self, space: Namespace, title: str) -> Label:
        """The label of that title here or above; a new one is made in the top-level group."""
        return self.find_label(space, title) or self.label(list(space.lineage())[-1], title)

    def milestone(
        self,
        space: Namespace,
        title: str,
        due: date | str | None = None,
        start: date | str | None = None,
        **fields: Any,
    ) -> Milestone:
        """A milestone."""
        number = self.next_id("milestone")
        at = as_moment(fields.pop("created_at", self.now))
        updated = as_moment(fields.pop("updated_at", at))
        iid = len(space.milestones) + 1
        dates = {"start_date": as_date(start), "due_date": as_date(due)}
        made = Milestone(number, iid, space, title, at, updated, **dates, **fields)  # type: ignore[arg-type]
        space.milestones.append(made)
        self.milestones[number] = made
        self.changed()
        return made

    def iteration(self, group: Group, start: date, due: date, title: str | None = None) -> Iteration:
        """An iteration of a group."""
        number = self.next_id("iteration")
        made = Iteration(number, number, group, title, start, due, self.now)
        self.iterations[number] = made
        return made

    # --- work items --------------------------------------------------------------------------------------------------

    def issue(self, project: Project, title: str, **fields: Any) -> Item:
        """An issue; `labels` and `assignees` may be names, `milestone` a title, dates text."""
        return self._item(project, fields.pop("type", "issue"), title, fields)

    def task(self, project: Project, title: str, **fields: Any) -> Item:
        """A task."""
        return self._item(project, "task", title, fields)

    def epic(self, group: Group, title: str, **fields: Any) -> Item:
        """An epic."""
        return self._item(group, "epic", title, {"epic_id": self.next_id("epic"), **fields})

    def _item(self, space: Namespace, kind: str, title: str, fields: dict[str, Any]) -> Item:
        author = fields.pop("author", None) or self.user("root", "Administrator", admin=True)
        author = self.user(author) if isinstance(author, str) else author
        created = as_moment(fields.pop("created_at", self.now))
        labels = [self.label_for(space, t) if isinstance(t, str) else t for t in fields.pop("labels", ())]
        people = [self.user(u) if isinstance(u, str) else u for u in fields.pop("assignees", ())]
        stone = fields.pop("milestone", None)
        stone = self.find_milestone(space, stone) if isinstance(stone, str) else stone
        closed = fields.pop("closed_at", None)
        for key in ("start_date", "due_date"):
            fields[key] = as_date(fields.get(key))
        space.last_iid = iid = max(space.last_iid + 1, fields.pop("iid", 0))
        fields.setdefault("status", STATUSES[0] if kind != "epic" else None)
        fields["updated_at"] = as_moment(fields.get("updated_at", created))
        number = self.next_id("item")
        made = Item(
            number, iid, space, kind, title, author, created, labels=labels, assignees=people, milestone=stone, **fields
        )
        self.add_item(made)
        if closed is not None:
            self.close(made, closed)
        return made

    def close(self, item: Item, at: Moment, user: User | None = None) -> None:
        """Close it then, with its event."""
        self.state_event(item, "closed", at, user)

    def state_event(self, item: Item, state: str, at: Moment, user: User | None = None) -> None:
        """`closed` or `reopened`, then."""
        moment = as_moment(at)
        closed = state == "closed"
        item.state = "closed" if closed else "opened"
        item.closed_at, item.closed_by = (moment, user or item.author) if closed else (None, None)
        if item.status and (item.status.category in CLOSING) != closed:
            item.status = STATUSES[2] if closed else STATUSES[1]
        if not closed:
            item.duplicated_to = None
        item.updated_at = max(item.updated_at, moment)
        history.state_changed(self, item, user or item.author, moment)

    def label_event(
        self, item: Item, title: str | None, at: Moment, action: str = "add", user: User | None = None
    ) -> None:
        """A label set or taken off then; None stands for a label deleted since."""
        label = self.label_for(item.namespace, title) if title is not None else None
        moment = as_moment(at)
        if label and action == "add" and label not in item.labels:
            item.labels.append(label)
        if label and action == "remove" and label in item.labels:
            item.labels.remove(label)
        item.updated_at = max(item.updated_at, moment)
        history.add_event(self, item, user or item.author, "label", action, label=label, at=moment)

    def milestone_event(self, item: Item, milestone: Milestone | None, at: Moment, user: User | None = None) -> None:
        """A milestone set or (None) taken off then."""
        old, item.milestone = item.milestone, milestone
        action, shown = ("add", milestone) if milestone else ("remove", old)
        history.add_event(self, item, user or item.author, "milestone", action, milestone=shown, at=as_moment(at))

    def due_change(
        self, item: Item, due: date | str | None, at: Moment, user: User | None = None, legacy: bool | None = None
    ) -> None:
        """The due date moved then, with the system note; `legacy` takes the old epic wording."""
        before = (item.start_date, item.due_date)
        item.due_date = as_date(due)
        item.updated_at = max(item.updated_at, as_moment(at))
        history.dates_changed(self, item, user or item.author, before, as_moment(at), legacy)

    # --- what hangs on them --------------------------------------------------------------------------------------------

    def note(
        self,
        item: Item,
        body: str,
        author: User | str | None = None,
        at: Moment | None = None,
        reply_to: Note | None = None,
        **fields: Any,
    ) -> Note:
        """A note as it stands in the database; nothing in it is executed."""
        moment = as_moment(at if at is not None else self.now)
        person = self.user(author) if isinstance(author, str) else author or item.author
        thread = reply_to.discussion_id if reply_to else self.next_discussion_id()
        if reply_to:
            reply_to.threaded = fields["threaded"] = True
            fields.setdefault("internal", reply_to.internal)
        return self.add_note(Note(self.next_id("note"), item, person, body, moment, moment, thread, **fields))

    def award(self, target: Item | Note, user: User | str, name: str = "thumbsup", at: Moment | None = None) -> Award:
        """An emoji reaction."""
        person = self.user(user) if isinstance(user, str) else user
        made = Award(self.next_id("award"), name, person, as_moment(at if at is not None else self.now))
        target.awards.append(made)
        self.changed()
        return made

    def link(self, source: Item, target: Item, kind: str = "relates_to", at: Moment | None = None) -> Link:
        """`relates_to` or `blocks`."""
        made = Link(self.next_id("link"), source, target, kind, as_moment(at if at is not None else self.now))
        self.links[made.id] = made
        for end in (source, target):
            end.links.append(made)
            end.updated_at = max(end.updated_at, made.created_at)
        self.changed()
        return made

    def merge_request(self, project: Project, title: str) -> MergeRequest:
        """A merge request, for time to be logged on."""
        made = MergeRequest(len(project.merge_requests) + 1, project, title)
        project.merge_requests.append(made)
        return made

    def timelog(
        self,
        item: Item | MergeRequest,
        user: User | str,
        hours: float,
        at: Moment,
        summary: str | None = None,
        note: Note | None = None,
    ) -> TimeLog:
        """Hours that somebody spent then."""
        person = self.user(user) if isinstance(user, str) else user
        moment = as_moment(at)
        number = self.next_id("timelog")
        made = TimeLog(number, item, person, round(hours * HOUR), moment, moment, summary, note)
        item.timelogs.append(made)
        if isinstance(item, Item):
            item.updated_at = max(item.updated_at, moment)
        self.timelogs[number] = made
        self.changed()
        return made

    def move(self, item: Item, project: Project, at: Moment | None = None) -> Item:
        """Move an issue: a new one is made there with its notes and links, the old one closes; no linked item notices."""
        moment: datetime = as_moment(at if at is not None else self.now)
        copied = {"author": item.author, "description": item.description, "created_at": item.created_at}
        made = self.issue(project, item.title, labels=item.label_titles(), **copied)
        made.assignees, made.weight, made.estimate = list(item.assignees), item.weight, item.estimate
        made.due_date, made.start_date = item.due_date, item.start_date
        item.moved_to = made
        for link in item.links:
            link.source, link.target = (made if end is item else end for end in (link.source, link.target))
        made.links, item.links = item.links, []
        made.updated_at = moment
        for note in [n for n in item.notes if not n.system]:
            thread = f"{note.discussion_id[:-4]}{made.id % 10_000:04}"
            copy = Note(self.next_id("note"), made, note.author, note.body, note.created_at, moment, thread)
            copy.internal, copy.threaded, copy.last_edited_at = note.internal, note.threaded, note.last_edited_at
            self.add_note(copy)
        history.add_system_note(self, item, item.author, f"moved to {made.reference}", "moved", moment)
        history.add_system_note(self, made, item.author, f"moved from {item.reference}", "moved", moment)
        self.close(item, moment)
        return made

    def promote(self, item: Item, at: Moment | None = None) -> Item:
        """Make an epic of an issue: it is made in the project's group, the issue closes."""
        moment: datetime = as_moment(at if at is not None else self.now)
        group = item.namespace.parent
        assert group is not None, "a project without a group has no epics"
        made = self.epic(group, item.title, author=item.author, description=item.description, created_at=moment)
        item.promoted_to = made
        history.add_system_note(self, item, item.author, f"promoted to epic {made.reference}", "epic", moment)
        self.close(item, moment)
        return made

    def duplicate(self, item: Item, original: Item, at: Moment | None = None) -> None:
        """Close an issue as a duplicate of another one."""
        moment: datetime = as_moment(at if at is not None else self.now)
        item.duplicated_to = original
        if item.status:
            item.status = STATUSES[4]
        text = f"marked this issue as a duplicate of {original.reference}"
        history.add_system_note(self, item, item.author, text, "duplicate", moment)
        self.close(item, moment)

    def set_status(self, item: Item, name: str, at: Moment | None = None) -> None:
        """Give an item a status by name; it closes or reopens with it."""
        item.status = next(status for status in STATUSES if status.name == name)
        if (item.status.category in CLOSING) != (item.state == "closed"):
            self.state_event(item, "closed" if item.status.category in CLOSING else "reopened", at or self.now)
        self.changed()
