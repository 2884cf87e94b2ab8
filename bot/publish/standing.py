"""Reads what stands where psbot publishes, and decides whose it is. The only part of looking that asks GitLab.

A marker counts only if the author is the token's own user, or one that the config names as psbot's under an earlier
token (a new project token is a new user, whose notes would double the old ones). A person who quotes or copies a note,
marker and all, stays a person, also once the account is deleted and GitLab shows it as the ghost's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from bot.config import Settings
from bot.derive.decisions.orders import consents
from bot.derive.decisions.orders.lines import order_lines
from bot.domain.errors import AccessError, GitLabError, NotFoundError
from bot.domain.frozen import frozen
from bot.domain.model import Portfolio, Reply, Target, ThreadNote
from bot.domain.vocabulary import Audience, ItemState
from bot.gitlab_api import posts as api
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.places import Place, PlaceKind, place_of, resolve_place
from bot.gitlab_api.posts import RawAward, RawIssue, RawNote, RawText
from bot.gitlab_api.reactions import read_own_signs
from bot.publish.approval import Thumb, is_thumbs_up, rating_of
from bot.publish.audience import malformed
from bot.publish.forms import PostForm
from bot.publish.marker import Marker, engagement_token, read_marker
from bot.publish.portfolio_id import named, portfolio_id
from bot.publish.posts import TOKEN_USER, HealthStanding, Post, Spotted, Standing, renamed, said_approved

UNLABELLED = ""
RECEIPTS = "digests"
"""Kind of the issue that remembers which digests were sent."""
MOST_COMMENTED = 40
"""Newest commented report issues of a project in which orders are looked for."""
NEWEST = 200
"""Issues among which those of an earlier user are looked for, where the report has no label to find them by."""
_GHOST = "ghost"
"""GitLab hands the notes of every deleted account to this one: nobody knows whose they were."""


@dataclass
class Trust:
    """Whose markers count."""

    user_id: int
    former: frozenset[str] = frozenset()

    def is_own(self, author_id: int) -> bool:
        return author_id == self.user_id

    def is_former(self, username: str) -> bool:
        """Whether the author was psbot under another token: the config says so, GitLab can't."""
        return username.casefold() in self.former and username != _GHOST


@frozen
class Sight:
    """One place as it was just read."""

    place: Place
    posts: tuple[Post, ...]

    @property
    def spotted(self) -> Spotted:
        return Spotted(self.place.ref, self.place.path, self.place.url)


class Reader:
    """Looks at places, with one opinion about whose posts are psbot's."""

    def __init__(self, client: GitLabClient, settings: Settings) -> None:
        self.client = client
        self.settings = settings
        former = frozenset(name.casefold() for name in settings.gitlab.former_users)
        self.trust = Trust(client.user.id, former)

    def look(self, asked: str, labels: Iterable[str] = (), target: Target | None = None) -> Sight:
        """The item, or the project with its report issues, as it stands now. Raises what GitLab answers.

        `target` is what this run has read of the item already: it need not be asked for again.
        """
        place = (place_of(asked, target) if target else None) or resolve_place(self.client, asked)
        if place.kind == PlaceKind.PROJECT:
            return Sight(place, self._issue_posts(place, tuple(labels)))
        return Sight(place, self._note_posts(place, api.read_notes(self.client, place)))

    def look_at(self, place: Place, form: str, number: int) -> Sight:
        """One text of psbot's as it stands now: all that an update needs to see."""
        if form == PostForm.ISSUE:
            issue = api.read_one_issue(self.client, place, number)
            post = self._issue_post(place, issue) if issue else None
        else:
            note = api.read_note(self.client, place, number)
            post = self._note_post(place, note) if note else None
        return Sight(place, (post,) if post else ())

    # -- notes

    def _note_posts(self, place: Place, notes: list[RawNote]) -> tuple[Post, ...]:
        posts = {n.id: post for n in notes if (post := self._note_post(place, n))}
        read = [replace(post, replies=tuple(self._replies(notes, post, set(posts)))) for post in posts.values()]
        return tuple(self._with_reactions(place, post, said_approved(read, post)) for post in read)

    def _note_post(self, place: Place, note: RawNote) -> Post | None:
        marker = read_marker(note.body)
        if marker is None or not self._counts(note.author_id, note.author):
            return None
        own = self.trust.is_own(note.author_id)
        return replace(self._post(place, PostForm.NOTE, note, marker), own=own, thread=note.thread)

    def _post(self, place: Place, form: PostForm, text: RawText, marker: Marker) -> Post:
        believed, shared = self._believed(marker, place.path), self._is_shared(place.path)
        post = Post(place=place.ref, form=form, id=text.id, body=text.body, marker=believed, shared=shared)
        return replace(post, author=text.author, created_at=text.created_at, url=text.url)

    def _is_shared(self, path: str) -> bool:
        return self.settings.audience_of(path) != Audience.INTERNAL

    def _counts(self, author_id: int, username: str) -> bool:
        return self.trust.is_own(author_id) or self.trust.is_former(username)

    def _believed(self, marker: Marker, path: str) -> Marker:
        """Data is believed only where nobody but our own people could have written it: a Maintainer edits any note."""
        if not self._is_shared(path):
            return marker
        return replace(marker, payload={})

    def _replies(self, notes: list[RawNote], post: Post, ours: set[int]) -> Iterable[Reply]:
        """What people wrote below the first note of a thread; whatever bears a marker is psbot's own."""
        if post.marker.identity.part > 1 or post.shared:
            return
        for note in notes:
            if note.thread == post.thread and note.id > post.id and note.id not in ours and note.created_at:
                yield Reply(note.author, note.body, note.created_at, ThreadNote(note.id, post.place, note.thread))

    def _with_reactions(self, place: Place, post: Post, said: tuple[Thumb, ...]) -> Post:
        """`said` are approvals by order, which count as a 👍 does."""
        if post.is_question(consents.SURVEY):
            return replace(post, thumbs=self._ratings(place, post))
        if post.is_question(consents.NOTE):
            return replace(post, thumbs=self._thumbs(place, post))
        if not post.marker.identity.draft or post.marker.identity.part > 1 or not post.marker.text:
            return post
        thumbs = (*self._thumbs(place, post), *said)
        edited_at = api.read_edited_at(self.client, post.id) if thumbs else None
        return replace(post, thumbs=thumbs, edited_at=edited_at)

    def _thumbs(self, place: Place, post: Post) -> tuple[Thumb, ...]:
        awards = api.read_awards(self.client, place, post.id)
        return tuple(Thumb(a.username, a.created_at) for a in awards if self._approves(a))

    def _ratings(self, place: Place, post: Post) -> tuple[Thumb, ...]:
        """What people answered, by a reaction from 1 to 5."""
        awards = api.read_awards(self.client, place, post.id)
        rated = (Thumb(a.username, a.created_at, rating_of(a.name)) for a in awards if self._is_a_person(a))
        return tuple(thumb for thumb in rated if thumb.rating is not None)

    def _approves(self, award: RawAward) -> bool:
        """A 👍 by a person who can still sign in: psbot itself approves nothing, under no token."""
        return is_thumbs_up(award.name) and self._is_a_person(award)

    def _is_a_person(self, award: RawAward) -> bool:
        psbot = self.trust.is_own(award.user_id) or bool(TOKEN_USER.fullmatch(award.username))
        return award.active and not psbot

    # -- issues

    def _issue_posts(self, project: Place, labels: tuple[str, ...]) -> tuple[Post, ...]:
        """psbot's issues, found by author (people change labels and titles), and those of its earlier users."""
        issues = {i.id: i for i in api.read_issues(self.client, project, author_id=self.trust.user_id)}
        for label in labels or (UNLABELLED,):
            named = api.read_issues(self.client, project, labels=label) if label else None
            others = api.read_newest_issues(self.client, project, NEWEST) if named is None else named
            issues |= {i.id: i for i in others}
        posts = [post for i in issues.values() if (post := self._issue_post(project, i))]
        commented = sorted((iid for iid, i in issues.items() if i.comments), reverse=True)[:MOST_COMMENTED]
        found: list[Post] = []
        for post in posts:
            follow_up: tuple[Post, ...] = ()
            if post.marker.parts > 1 or post.id in commented or post.marker.identity.kind == RECEIPTS:
                item = resolve_place(self.client, f"{project.ref}#{post.id}")
                notes = api.read_notes(self.client, item)
                follow_up = self._note_posts(item, notes)
                post = replace(post, replies=tuple(self._comments(item, notes)))
            found += [post, *follow_up]
        return tuple(found)

    def _comments(self, item: Place, notes: Iterable[RawNote]) -> Iterable[Reply]:
        """What people wrote below a report issue that our own people alone can read."""
        for note in notes if not self._is_shared(item.path) else ():
            if not self._counts(note.author_id, note.author) and note.created_at:
                yield Reply(note.author, note.body, note.created_at, ThreadNote(note.id, item.ref, note.thread))

    def _issue_post(self, project: Place, issue: RawIssue) -> Post | None:
        """An earlier user's issue counts as own: unlike a note, any Planner may edit it."""
        marker = read_marker(issue.body)
        if marker is None or not self._counts(issue.author_id, issue.author):
            return None
        state = ItemState.OPENED if issue.state == ItemState.OPENED else ItemState.CLOSED
        return replace(self._post(project, PostForm.ISSUE, issue, marker), title=issue.title, state=state)

    # -- health labels

    def health_of(self, place: Place) -> HealthStanding:
        """The health labels of an item, and which of them psbot set itself."""
        names = self.settings.labels.health
        present = tuple(label for label in place.labels if label in (names.green, names.yellow, names.red))
        if not present:
            return HealthStanding()
        setters = api.read_label_setters(self.client, place)
        return HealthStanding(present, tuple(label for label in present if setters.get(label) == self.trust.user_id))

    # -- former names

    def alias(self, ref: str) -> str | None:
        """The reference that GitLab gives an item today, or None where it knows none."""
        try:
            return resolve_place(self.client, ref).ref
        except (NotFoundError, GitLabError, AccessError):
            return None


def report_projects(settings: Settings) -> dict[str, tuple[str, ...]]:
    """The projects that take report issues, each with one label a report to find them by (UNLABELLED: it has none)."""
    found: dict[str, tuple[str, ...]] = {}
    for _, report in settings.reports.issues():
        if report.project:
            label = report.labels[0] if report.labels else UNLABELLED
            found[report.project] = tuple(dict.fromkeys((*found.get(report.project, ()), label)))
    return found


def targets_of(portfolio: Portfolio, settings: Settings, *, customers: bool = True) -> list[str]:
    """Where notes of these engagements stand or would: internal target and, with customer reports, customer channel.

    Without `customers` only those channels are looked at in which a 👍 accepts a milestone. The root is looked at too where a note may stand from before an internal target was named, or for its labels.
    """
    found: dict[str, None] = {}
    reports = settings.reports.status
    for engagement in portfolio.engagements:
        facts, root = engagement.facts, engagement.ref
        found[facts.internal or root] = None
        if reports.set_health or settings.audience_of(re.split("[#&]", root)[0]) == Audience.INTERNAL:
            found[root] = None
        if facts.customer_channel and reports.customer.enabled and (customers or facts.acceptance):
            found[facts.customer_channel] = None
    return list(found)


def read_standing(
    client: GitLabClient,
    settings: Settings,
    portfolio: Portfolio,
    progress: Callable[[int, int], None] | None = None,
    *,
    customers: bool = True,
) -> Standing:
    """Everything of psbot that stands at the engagements' targets and in the report projects.

    Without `customers` their channels are left out, but for those where an approver accepts milestones: what is derived rests on internal reports. A place that can't be read becomes a problem, which refuses what would go there; an unreachable GitLab raises.
    """
    reader = Reader(client, settings)
    projects = report_projects(settings)
    asked = [*targets_of(portfolio, settings, customers=customers), *projects]
    sights: dict[str, Sight] = {}
    problems: dict[str, str] = {}
    with ThreadPoolExecutor(settings.gitlab.concurrency) as pool:
        seen = portfolio.targets
        jobs = {ref: pool.submit(_looked, reader, ref, projects.get(ref, ()), seen.get(ref)) for ref in asked}
        for number, (ref, job) in enumerate(jobs.items(), 1):
            found = job.result()
            if isinstance(found, Sight):
                sights[ref] = found
            else:
                problems[ref] = found
            if progress:
                progress(number, len(jobs))
    stands = _standing(reader, sights, problems, portfolio)
    return with_signs(client, stands) if customers else stands


def with_signs(client: GitLabClient, standing: Standing) -> Standing:
    """psbot's own reactions to the comments that hold orders, so that each is given once."""
    ordered = [(r.stands.place, r.stands.note) for post in standing.posts for r in post.replies if order_lines(r.body)]
    signs = read_own_signs(client, ordered)
    posts = (
        replace(post, replies=tuple(_with_signs(reply, signs.get(reply.stands.note, ())) for reply in post.replies))
        for post in standing.posts
    )
    return replace(standing, posts=tuple(posts)) if ordered else standing


def _looked(reader: Reader, ref: str, labels: tuple[str, ...], target: Target | None) -> Sight | str:
    """What was seen, or why nothing was."""
    if problem := malformed(ref):
        return problem
    try:
        return reader.look(ref, labels, target)
    except (NotFoundError, GitLabError) as problem:
        return f"can't be read: {problem}"
    except AccessError as problem:
        return f"the token may not read it: {problem}"


def _standing(reader: Reader, sights: dict[str, Sight], problems: dict[str, str], portfolio: Portfolio) -> Standing:
    posts = {(p.place, p.form, p.id): p for sight in sights.values() for p in sight.posts}
    engagements = [e.ref for e in portfolio.engagements]
    aliases = find_aliases(reader, posts.values(), portfolio, {ref: s.place.ref for ref, s in sights.items()})
    health = {}
    if reader.settings.reports.status.set_health:
        health = {ref: reader.health_of(sights[ref].place) for ref in engagements if ref in sights}
    mine = portfolio_id(reader.settings, portfolio, posts.values())
    own = [p for p in posts.values() if not p.marker.identity.portfolio or p.marker.identity.portfolio == mine]
    return Standing(
        portfolio=mine,
        others=tuple(sorted(p.url for p in posts.values() if p not in own and p.marker.identity.part == 1)),
        places={ref: sight.spotted for ref, sight in sights.items()},
        posts=tuple(named(renamed(post, aliases), mine) for post in own),
        problems=problems,
        aliases=aliases,
        health=health,
        user=reader.client.user.username,
        instance=reader.client.url,
    )


def find_aliases(
    reader: Reader, posts: Iterable[Post], portfolio: Portfolio, places: Mapping[str, str]
) -> dict[str, str]:
    """Former names in markers → today's: a group was renamed, a project transferred, an issue moved.

    Customers' markers name digests: one that nobody bears any more belongs to the engagement whose channel it stands in,
    as long as that is the channel of one engagement only.
    """
    refs = {e.ref for e in portfolio.engagements}
    tokens = {engagement_token(ref, Audience.CUSTOMER) for ref in refs}
    owners = _channel_owners(portfolio, places)
    aliases: dict[str, str] = {}
    for post in posts:
        name = post.marker.identity.engagement
        if not name or name in refs or name in tokens or name in aliases:
            continue
        customer = name.startswith("~")
        today = owners.get(post.place) if customer else reader.alias(name)
        if today in refs and today is not None:
            aliases[name] = engagement_token(today, Audience.CUSTOMER if customer else Audience.INTERNAL)
    return aliases


def _channel_owners(portfolio: Portfolio, places: Mapping[str, str]) -> dict[str, str]:
    """The engagement of each customer channel (by GitLab's name) that serves one engagement only."""
    owners: dict[str, list[str]] = {}
    for engagement in portfolio.engagements:
        channel = engagement.facts.customer_channel
        if channel:
            owners.setdefault(places.get(channel, channel), []).append(engagement.ref)
    return {place: refs[0] for place, refs in owners.items() if len(refs) == 1}


def _with_signs(reply: Reply, signs: tuple[str, ...]) -> Reply:
    return replace(reply, stands=replace(reply.stands, signs=signs))
