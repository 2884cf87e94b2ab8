"""What a GitLab holds, as plain dataclasses. Behaviour lives in the services, JSON in rest/ and graphql/."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

GUEST, PLANNER, REPORTER, DEVELOPER, MAINTAINER, OWNER, ADMIN = 10, 15, 20, 30, 40, 50, 60
ROLES = {
    "guest": GUEST,
    "planner": PLANNER,
    "reporter": REPORTER,
    "developer": DEVELOPER,
    "maintainer": MAINTAINER,
    "owner": OWNER,
    "admin": ADMIN,
}


@dataclass(eq=False)
class Entity:
    """What has a number of its own in the whole GitLab."""

    id: int


@dataclass(eq=False)
class User(Entity):
    """A person or a token's bot user."""

    username: str
    name: str
    state: str = "active"
    bot: bool = False
    admin: bool = False
    external: bool = False
    """An outsider with an account: sees only what he is a member of or what is public."""
    created_at: datetime | None = None
    timezone: str | None = None
    """The IANA name of the profile's time zone."""

    @property
    def active(self) -> bool:
        """Whether the account can sign in."""
        return self.state == "active"


@dataclass(eq=False)
class Token(Entity):
    """An access token; `scopes` as GitLab names them."""

    value: str
    user: User
    scopes: tuple[str, ...] = ("api",)
    name: str = "psbot"
    expires_at: date | None = None
    revoked: bool = False
    created_at: datetime | None = None


@dataclass(eq=False)
class Namespace(Entity):
    """What groups and projects have in common."""

    slug: str
    name: str
    created_at: datetime
    parent: Group | None = None
    description: str = ""
    visibility: str = "private"
    archived: bool = False
    members: dict[int, int] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    items: dict[int, Item] = field(default_factory=dict)
    last_iid: int = 0

    @property
    def full_path(self) -> str:
        """`group/subgroup/project`."""
        return f"{self.parent.full_path}/{self.slug}" if self.parent else self.slug

    @property
    def full_name(self) -> str:
        """`Group / Subgroup / Project`."""
        return f"{self.parent.full_name} / {self.name}" if self.parent else self.name

    @property
    def is_group(self) -> bool:
        """Whether this is a group."""
        return isinstance(self, Group)

    def lineage(self) -> Iterator[Namespace]:
        """Itself, its parent, and so on to the top."""
        here: Namespace | None = self
        while here is not None:
            yield here
            here = here.parent


@dataclass(eq=False)
class Group(Namespace):
    """A group; groups hold groups, projects, epics, labels and milestones."""

    groups: list[Group] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)

    def descendant_groups(self) -> Iterator[Group]:
        """All groups below, depth first."""
        for child in self.groups:
            yield child
            yield from child.descendant_groups()

    def namespaces(self) -> Iterator[Namespace]:
        """Itself, all groups and all projects below."""
        yield self
        yield from self.projects
        for child in self.groups:
            yield from child.namespaces()


@dataclass(eq=False)
class Project(Namespace):
    """A project; it holds issues, labels and milestones."""

    namespace_id: int = 0
    merge_requests: list[MergeRequest] = field(default_factory=list)


@dataclass(eq=False)
class MergeRequest:
    """As much of a merge request as time logs need."""

    iid: int
    namespace: Project
    title: str
    timelogs: list[TimeLog] = field(default_factory=list)


@dataclass(eq=False)
class Label(Entity):
    """A label of a group or a project."""

    owner: Namespace
    title: str
    color: str
    created_at: datetime
    description: str | None = None
    archived: bool = False

    @property
    def updated_at(self) -> datetime:
        """Labels of the demo never change."""
        return self.created_at

    @property
    def scope(self) -> str | None:
        """`health` of `health::red`."""
        return self.title.rpartition("::")[0] or None


@dataclass(eq=False)
class Milestone(Entity):
    """A milestone of a group or a project."""

    iid: int
    owner: Namespace
    title: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    state: str = "active"
    start_date: date | None = None
    due_date: date | None = None


@dataclass(eq=False)
class Iteration(Entity):
    """A time box of a group."""

    iid: int
    owner: Group
    title: str | None
    start_date: date
    due_date: date
    created_at: datetime


@dataclass(eq=False)
class Status(Entity):
    """A work item status."""

    name: str
    category: str
    color: str
    position: int = 0


@dataclass(eq=False)
class Award(Entity):
    """An emoji reaction."""

    name: str
    user: User
    created_at: datetime


@dataclass(eq=False)
class Note(Entity):
    """A comment or a system note; `action` is set on system notes."""

    item: Item
    author: User
    body: str
    created_at: datetime
    updated_at: datetime
    discussion_id: str
    internal: bool = False
    system: bool = False
    action: str | None = None
    threaded: bool = False
    resolved: bool = False
    last_edited_at: datetime | None = None
    last_edited_by: User | None = None
    awards: list[Award] = field(default_factory=list)


@dataclass(eq=False)
class TimeLog(Entity):
    """Time somebody spent, in seconds; negative when subtracted."""

    item: Item | MergeRequest
    user: User
    seconds: int
    spent_at: datetime
    created_at: datetime
    summary: str | None = None
    note: Note | None = None


@dataclass(eq=False)
class Event(Entity):
    """A resource event; `kind` is label, state, milestone, weight or iteration."""

    kind: str
    item: Item
    user: User | None
    created_at: datetime
    action: str
    label: Label | None = None
    milestone: Milestone | None = None
    weight: int | None = None


@dataclass(eq=False)
class Link(Entity):
    """`source` relates to or blocks `target`."""

    source: Item
    target: Item
    kind: str
    created_at: datetime

    def other(self, item: Item) -> Item:
        """The far end, seen from `item`."""
        return self.target if item is self.source else self.source

    def type_from(self, item: Item) -> str:
        """`relates_to`, `blocks` or `is_blocked_by`, seen from `item`."""
        if self.kind == "relates_to":
            return self.kind
        return "blocks" if item is self.source else "is_blocked_by"


@dataclass(eq=False)
class Item(Entity):
    """An issue, task, incident or epic: a work item."""

    iid: int
    namespace: Namespace
    type: str
    title: str
    author: User
    created_at: datetime
    updated_at: datetime
    description: str = ""
    epic_id: int | None = None
    state: str = "opened"
    closed_at: datetime | None = None
    closed_by: User | None = None
    confidential: bool = False
    locked: bool = False
    """The discussion is for members only."""
    labels: list[Label] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    milestone: Milestone | None = None
    iteration: Iteration | None = None
    status: Status | None = None
    start_date: date | None = None
    due_date: date | None = None
    weight: int | None = None
    health: str | None = None
    estimate: int = 0
    parent: Item | None = None
    children: list[Item] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    timelogs: list[TimeLog] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    moved_to: Item | None = None
    duplicated_to: Item | None = None
    promoted_to: Item | None = None
    lock_version: int = 0
    last_edited_at: datetime | None = None
    last_edited_by: User | None = None
    custom_fields: dict[str, Any] = field(default_factory=dict)
    """Values by field name: text, a number, a date, or a list of options."""

    @property
    def is_epic(self) -> bool:
        """Whether this is an epic, which lives in a group."""
        return self.type == "epic"

    @property
    def symbol(self) -> str:
        """`&` before an epic's number, `#` before others'."""
        return "&" if self.is_epic else "#"

    @property
    def reference(self) -> str:
        """`group/project#12` or `group&7`."""
        return f"{self.namespace.full_path}{self.symbol}{self.iid}"

    @property
    def time_spent(self) -> int:
        """Seconds spent, never below zero."""
        return max(0, sum(log.seconds for log in self.timelogs))

    def label_titles(self) -> list[str]:
        """Titles in GitLab's (alphabetical) order."""
        return sorted((label.title for label in self.labels), key=str.lower)


@dataclass(eq=False)
class Mention:
    """A reference GitLab found in a text; `note` is None when it stood in a description or title."""

    kind: str
    text: str
    author: User
    item: Item
    at: datetime
    note: Note | None = None
    target: object | None = None


@dataclass(eq=False)
class Notification:
    """A mail or to-do that GitLab would have sent."""

    user: User
    reason: str
    item: Item
    at: datetime
    note: Note | None = None


@dataclass(eq=False)
class Write:
    """Something the server stored for a client: the truth a test can compare with what the client believes."""

    kind: str
    where: str
    user: User
    at: datetime
    detail: str = ""
