"""One wish against what stands: the steps that make it so. Pure; `plan` strings them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.domain.vocabulary import ItemState
from bot.publish.audience import Guard, Spot
from bot.publish.digest import digest
from bot.publish.forms import PostForm
from bot.publish.marker import VERSION, Identity
from bot.publish.pm_notes import join_pm_notes
from bot.publish.posts import Post, Standing
from bot.publish.quick_actions import command_lines, disarmed
from bot.publish.steps import Approval, Step, StepAction, with_diff
from bot.publish.wishes import Wish

BODY_LIMIT = 1_000_000
"""GitLab's own limit of a note; of an issue's description it is a little more."""


@dataclass(frozen=True)
class Planner:
    """Plans single wishes; knows what stands and where it may stand."""

    standing: Standing
    guard: Guard

    def plan_wishes(self, wishes: tuple[Wish, ...]) -> Iterator[Step]:
        """All parts of one report, parts that are too many, and the issue of the period before."""
        yield from self._superfluous_parts(wishes)
        for wish in wishes:
            yield from self.plan_wish(wish)
        if wishes[0].closes_previous:
            yield from self._closed_previous(wishes[0])

    def plan_wish(self, wish: Wish, approval: Approval | None = None) -> Iterator[Step]:
        refused = self.refusal(wish)
        if refused:
            yield _shown(self.step(wish, StepAction.REFUSE, refused), wish)
            return
        posts = self.posts(wish.identity)
        own = [p for p in posts if p.own and self.is_at(p, wish)]
        if own:
            yield from self._keep_one(wish, own, approval)
        else:
            yield self._first(wish, [p for p in posts if not p.own and self.is_at(p, wish)], posts, approval)
        yield from self._moved_away(wish, [p for p in posts if p.own and p not in own])

    def _keep_one(self, wish: Wish, own: list[Post], approval: Approval | None) -> Iterator[Step]:
        """The oldest own post stands; younger ones, left by runs at once, go, and what people wrote in them stays."""
        keeper = own[0]
        notes = join_pm_notes(post.pm_notes for post in own)
        if keeper.marker.version > VERSION:
            yield self.step(
                wish, StepAction.REFUSE, "a newer psbot wrote what stands; this one leaves it alone", keeper
            )
        elif keeper.marker.fingerprint == wish.fingerprint and notes == keeper.pm_notes and _same_parts(keeper, wish):
            yield self.step(wish, StepAction.SKIP, "says the same already", keeper)
        else:
            step = self.step(wish, StepAction.UPDATE, _why_update(keeper, wish, notes), keeper, approval)
            yield with_diff(replace(step, body=wish.text(disarmed(notes))), keeper.body)
        for post in own[1:]:
            yield self.cleared(wish, post, f"a second copy, left by two runs at once; {keeper.id} stays")

    def _first(self, wish: Wish, former: list[Post], anywhere: list[Post], approval: Approval | None) -> Step:
        """Nothing of the token's own user stands here: leave what psbot's earlier user wrote, or write."""
        if former and former[-1].marker.fingerprint == wish.fingerprint:
            return self.step(
                wish, StepAction.SKIP, f"says the same already, written by psbot's earlier user {former[-1].author}"
            )
        reason = "not there yet"
        if former:
            reason = f"what stands is by psbot's earlier user {former[-1].author}, whose notes this token can't edit"
        elif anywhere:
            reason = f"stands on {anywhere[0].place} so far"
        body = wish.text(disarmed(join_pm_notes(p.pm_notes for p in [*former, *anywhere])))
        return with_diff(replace(self.step(wish, StepAction.CREATE, reason, approval=approval), body=body), "")

    def _moved_away(self, wish: Wish, elsewhere: list[Post]) -> Iterator[Step]:
        """The place was changed in the facts: the note at the former one goes, unless people answered below it."""
        for post in elsewhere:
            if post.form == PostForm.NOTE and not post.replies:
                yield self.cleared(wish, post, f"stands on {wish.target} now")

    def _superfluous_parts(self, wishes: tuple[Wish, ...]) -> Iterator[Step]:
        """Before anything else: once part 1 says that it is alone, nobody looks for others."""
        first, count = wishes[0], len(wishes)
        form = PostForm.ISSUE_NOTE if first.form == PostForm.ISSUE else PostForm.REPLY
        for post in self._further_parts.get(first.identity, ()):
            found = post.marker.identity
            if post.own and found.part > count:
                reason = f"the report has {count} part{'s' if count > 1 else ''} now"
                yield self.cleared(replace(first, identity=found, form=form), post, reason, needs_other=False)

    def cleared(self, wish: Wish, post: Post, reason: str, needs_other: bool = True) -> Step:
        action: StepAction = StepAction.CLOSE if post.form == PostForm.ISSUE else StepAction.REMOVE
        return replace(self.step(wish, action, reason, post), needs_other=needs_other)

    def _closed_previous(self, wish: Wish) -> Iterator[Step]:
        """The latest open issue of an earlier period is closed, with a link to this one; once, so people may reopen it."""
        earlier = [
            post
            for post in self.standing.posts
            if post.form == PostForm.ISSUE
            and post.own
            and post.stands
            and self.is_at(post, wish)
            and _is_before(post, wish.identity)
        ]
        latest = max(earlier, key=lambda p: (p.marker.identity.period, -p.id), default=None)
        if latest and latest.state == ItemState.OPENED and not latest.marker.followed_by and self.refusal(wish) is None:
            previous = replace(wish, identity=latest.marker.identity)
            yield self.step(previous, StepAction.CLOSE, f"{wish.identity.period} follows it", latest)

    def posts(self, identity: Identity) -> list[Post]:
        """What stands for that identity, oldest first."""
        return sorted((p for p in self.all_posts(identity) if p.stands), key=lambda p: p.id)

    def all_posts(self, identity: Identity) -> Sequence[Post]:
        """Those too that were closed as duplicates, in the order in which they were read."""
        return self._by_identity.get(identity, ())

    @cached_property
    def _by_identity(self) -> Mapping[Identity, list[Post]]:
        found: dict[Identity, list[Post]] = defaultdict(list)
        for post in self.standing.posts:
            found[post.marker.identity].append(post)
        return dict(found)

    @cached_property
    def _further_parts(self) -> Mapping[Identity, list[Post]]:
        """What stands of long reports beside their first part, by the identity of that."""
        found: dict[Identity, list[Post]] = defaultdict(list)
        for post in self.standing.posts:
            if post.marker.identity.part > 1:
                found[replace(post.marker.identity, part=1)].append(post)
        return dict(found)

    def is_at(self, post: Post, wish: Wish) -> bool:
        place = self.standing.places.get(wish.target)
        if place is None:
            return False
        return post.place == place.ref or (
            wish.form == PostForm.ISSUE_NOTE and post.place.rpartition("#")[0] == place.ref
        )

    def refusal(self, wish: Wish) -> str | None:
        for target, draft in ((wish.target, wish.identity.draft), (wish.customer_target, False)):
            if target and (refused := self._place_refusal(wish, target, draft)):
                return refused
        if len(wish.text()) > BODY_LIMIT:
            return f"{len(wish.body):,} characters are more than GitLab takes in one text"
        lines = command_lines(wish.body)
        return f"line {lines[0] + 1} of the text would run as a quick action" if lines else None

    def _place_refusal(self, wish: Wish, target: str, draft: bool) -> str | None:
        problem = self.standing.problems.get(target)
        place = self.standing.places.get(target)
        if problem or place is None:
            return problem or f"{target} was not read"
        spot = Spot(target, place.ref, place.path)
        return self.guard.refusal(wish.identity.audience, wish.engagement, spot, draft)

    def step(
        self, wish: Wish, action: StepAction, reason: str, post: Post | None = None, approval: Approval | None = None
    ) -> Step:
        place = self.standing.places.get(wish.target)
        return Step(
            action=action,
            form=wish.form,
            identity=wish.identity,
            target=wish.target,
            reason=reason,
            engagement=wish.engagement,
            path=place.path if place else "",
            title=wish.title,
            fingerprint=wish.fingerprint,
            labels=wish.labels,
            confidential=wish.confidential,
            post=post.id if post else None,
            place=post.place if post else "",
            thread=post.thread if post else "",
            expects=digest(post.body) if post else "",
            knows=tuple(p.id for p in self.posts(wish.identity) if p.own),
            url=post.url if post else "",
            approval=approval,
        )


def _shown(step: Step, wish: Wish) -> Step:
    """A refused step with what would have been said, for a dry run; it holds no text that could be written."""
    return replace(with_diff(replace(step, body=wish.text()), ""), body="")


def _is_before(post: Post, identity: Identity) -> bool:
    found = post.marker.identity
    return replace(found, period="") == replace(identity, period="") and found.period < identity.period


def _same_parts(post: Post, wish: Wish) -> bool:
    return post.marker.parts == wish.parts


def _why_update(post: Post, wish: Wish, notes: str) -> str:
    if post.marker.fingerprint != wish.fingerprint:
        return "the facts changed"
    return "keeps the PM notes of a second copy" if notes != post.pm_notes else "the number of parts changed"
