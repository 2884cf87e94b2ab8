"""What psbot finds of its own in GitLab, as values: posts with a marker, and whose they are. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.derive.decisions.orders.lines import order_lines
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Consent, PastReport, Reply
from bot.domain.packed import PackedText
from bot.domain.vocabulary import Audience, ItemState
from bot.publish.approval import Thumb
from bot.publish.digest import digest
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, Marker, engagement_token
from bot.publish.pm_notes import pm_notes_of

TOKEN_USER = re.compile(r"(?:project|group)_\d+_bot(?:\d*|_\w+)|service_account_\w+")
DRAFT = "draft"
"""Kind under which the answers to a draft are read."""


@dataclass(frozen=True)
class Post:
    """A note or issue with psbot's marker. `own`: this token may edit it; notes of psbot's earlier bot users it may not.

    `place` is the item or project as GitLab names it; `id` a note's id or an issue's iid; `thread` a discussion's id.
    """

    place: str
    form: PostForm
    id: int
    marker: Marker
    body: PackedText = PackedText()  # noqa: RUF009 (a descriptor)
    author: str = ""
    own: bool = True
    thread: str = ""
    created_at: datetime | None = None
    url: str = ""
    title: str = ""
    state: ItemState = ItemState.OPENED
    replies: tuple[Reply, ...] = ()
    thumbs: tuple[Thumb, ...] = ()
    edited_at: datetime | None = None
    shared: bool = False
    """Whether it stands where customers read and write: nothing that people wrote there goes anywhere else."""

    def is_question(self, kind: str) -> bool:
        """Whether it is psbot's own note that asks a customer for an answer of that kind, where the customer reads."""
        i = self.marker.identity
        return (i.kind, i.audience, i.draft, i.part) == (kind, Audience.CUSTOMER, False, 1) and self.own and self.shared

    @property
    def pm_notes(self) -> str:
        """What a person wrote into the PM part; "" while it stands as psbot made it, and where customers may write."""
        if self.shared:
            return ""
        notes = pm_notes_of(self.body)
        return "" if digest(notes) == self.marker.pm else notes

    @property
    def stands(self) -> bool:
        """Whether it still counts: not a duplicate that was closed for another issue."""
        return not self.marker.duplicate_of


@frozen
class Spotted:
    """A place that was read: GitLab's own name for it, and the full path of its namespace."""

    ref: str
    path: str
    url: str = ""


@frozen
class HealthStanding:
    """The health labels that an item carries, and those of them that psbot itself set last."""

    present: tuple[str, ...] = ()
    own: tuple[str, ...] = ()


@frozen
class Standing:
    """All that stands where psbot publishes. Keys are references and paths as they were asked for.

    `problems` tells why a place could not be read; `aliases` former names of engagements → their names now, which
    the markers of `posts` hold already.
    """

    places: Mapping[str, Spotted] = field(default_factory=lambda: EMPTY)
    posts: tuple[Post, ...] = ()
    problems: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    aliases: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    health: Mapping[str, HealthStanding] = field(default_factory=lambda: EMPTY)
    portfolio: str = ""
    """Which portfolio's roll-ups `posts` holds; those of others are left out."""
    others: tuple[str, ...] = ()
    """Roll-ups of other portfolios in the same projects, by their addresses."""
    user: str = ""
    instance: str = ""


def renamed(post: Post, aliases: Mapping[str, str]) -> Post:
    """`post` with its engagement's name of today in its marker."""
    identity = post.marker.identity
    today = aliases.get(identity.engagement)
    if today is None:
        return post
    return replace(post, marker=replace(post.marker, identity=replace(identity, engagement=today)))


def past_reports(standing: Standing, engagements: Iterable[str] = ()) -> tuple[PastReport, ...]:
    """psbot's own earlier reports, newest period last. `engagements` lets a customer's marker (a digest) name its own.

    Payloads of another author are never believed; of what an earlier bot user of psbot wrote, only internal texts are.
    """
    names = {engagement_token(ref, Audience.CUSTOMER): ref for ref in engagements}
    found: dict[Identity, list[Post]] = {}
    for post in standing.posts:
        identity = post.marker.identity
        if identity.part == 1 and not identity.draft and post.stands and not identity.kind.endswith("-question"):
            found.setdefault(identity, []).append(post)
    reports = (_past(identity, found[identity], names) for identity in sorted(found))
    return (*reports, *_answered_drafts(standing, names))


def _answered_drafts(standing: Standing, names: Mapping[str, str]) -> Iterator[PastReport]:
    """Drafts of customers' texts that people answered: they stand at internal places, and take orders like status notes."""
    for post in standing.posts:
        identity = post.marker.identity
        engagement = names.get(identity.engagement)
        if identity.draft and identity.part == 1 and post.replies and engagement:
            yield PastReport(DRAFT, Audience.INTERNAL, identity.period, engagement, EMPTY, post.url, "", post.replies)


def _past(identity: Identity, posts: list[Post], names: Mapping[str, str]) -> PastReport:
    """One report from all that stands for it: the own, oldest post leads."""
    lead = min(posts, key=lambda p: (not p.own, p.id))
    token = identity.engagement
    return PastReport(
        kind=identity.kind,
        audience=Audience(identity.audience),
        period=identity.period,
        engagement=(names.get(token) if token.startswith("~") else token) or None,
        payload=lead.marker.payload,
        url=lead.url,
        pm_notes=next((p.pm_notes for p in [lead, *posts] if p.pm_notes), ""),
        replies=tuple(sorted((r for p in posts for r in p.replies), key=lambda r: r.created_at)),
        consents=tuple(Consent(t.username, t.at, t.rating) for p in posts if p.own and p.shared for t in p.thumbs),
    )


def said_approved(posts: Iterable[Post], draft: Post) -> tuple[Thumb, ...]:
    """Approvals of a draft by order, in its own thread or in that of the engagement's internal status, since it stands."""
    of = draft.marker.identity.engagement
    replies = (r for p in posts for r in p.replies if p.id == draft.id or _names(p, of))
    given = (
        r
        for r in replies
        if not TOKEN_USER.fullmatch(r.author)
        and any(line.casefold().strip(" .!") == "approve" for line in order_lines(r.body))
    )
    since = draft.created_at
    return tuple(Thumb(r.author, r.created_at) for r in given if since is None or r.created_at > since)


def _names(post: Post, customer_token: str) -> bool:
    """Whether an internal post is about the engagement that a customer's marker names by a digest."""
    identity = post.marker.identity
    token = engagement_token(identity.engagement, Audience.CUSTOMER)
    return identity.audience == Audience.INTERNAL and token == customer_token
