"""The hands of `execute`: looks at one step's place, passes the audience guard, and makes one attempt at its write."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace

from bot.config import Settings
from bot.domain import errors
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Target
from bot.domain.vocabulary import ApprovalMode, Audience
from bot.gitlab_api import writing
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.places import Place, PlaceKind, place_of, resolve_place
from bot.gitlab_api.reactions import add_sign, own_signs
from bot.publish.approval import judge_draft
from bot.publish.audience import Guard, Spot
from bot.publish.closing import closed_text
from bot.publish.digest import digest, normalised
from bot.publish.drafts import draft_state
from bot.publish.forms import PostForm
from bot.publish.orders import SIGNS
from bot.publish.posts import HealthStanding, Post, renamed
from bot.publish.precheck import successor
from bot.publish.quick_actions import command_lines
from bot.publish.standing import Reader, Sight
from bot.publish.steps import Step, StepAction
from bot.publish.wishes import Wish

WAITING_BUDGET = 900.0
"""Seconds that one run waits in all for rate limits and between looks."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0


class Retry(Exception):
    """The write was not done, or nobody knows: look again after `seconds`. `limited`: GitLab asked for patience."""

    def __init__(self, seconds: float, limited: bool = False, cause: errors.PsbotError | None = None) -> None:
        super().__init__(str(cause))
        self.seconds = seconds
        self.limited = limited
        self.where = cause.where if cause else ""


class RefusedWrite(Exception):
    """psbot itself refuses this write. `stale`: because something changed since the plan was made."""

    def __init__(self, reason: str, stale: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.stale = stale


def is_for_customer(step: Step) -> bool:
    """Whether the text of this step is one that a customer reads, not the draft of one."""
    return step.identity.audience == Audience.CUSTOMER and not step.identity.draft


def _as_posted(step: Step, text: str) -> str:
    """The digest of `text` as the customer's note: the words and the marker, nothing hidden between."""
    return digest(Wish(step.identity, PostForm.NOTE, step.target, text, digest(text)).text())


@frozen
class Scene:
    """A step's place as it is now: `spot` is where it would be written, `posts` what of psbot's stands around it."""

    place: Place
    posts: tuple[Post, ...]
    health: HealthStanding = field(default_factory=HealthStanding)
    signs: tuple[str, ...] = ()
    """psbot's own reactions to the comment that a reaction is for."""


class Writer:
    """Looks and writes for one run. `guard` decides where a text may go; `sleep` waits (tests hand in their own)."""

    def __init__(
        self,
        client: GitLabClient,
        settings: Settings,
        guard: Guard,
        *,
        targets: Mapping[str, Target] = EMPTY,
        sleep: Callable[[float], None] = time.sleep,
        budget: float = WAITING_BUDGET,
    ) -> None:
        self.client = client
        self._targets = targets
        self._places: dict[str, Place] = {}
        self.guard = guard
        self.customer = settings.reports.status.customer
        self.reader = Reader(client, settings)
        self._sleep = sleep
        self._budget = budget
        self._aliases: Mapping[str, str] = EMPTY

    def use_names(self, aliases: Mapping[str, str]) -> None:
        """Former names of engagements in markers → today's."""
        self._aliases = aliases

    # -- looking

    def look(self, step: Step) -> Scene:
        """The step's place, read anew."""
        if step.form == PostForm.LABELS:
            place = resolve_place(self.client, step.target)
            return Scene(place, (), self.reader.health_of(place))
        if step.form == PostForm.REACTION:
            place = resolve_place(self.client, step.target)
            return Scene(place, (), signs=own_signs(self.client, place, step.post or 0))
        if step.action == StepAction.UPDATE and step.post and (known := self._known_place(step)):
            sight = self.reader.look_at(known, step.form, step.post)
            return Scene(known, tuple(renamed(post, self._aliases) for post in sight.posts))
        sight = self._seen(step.target, step)
        posts = sight.posts
        if step.action == StepAction.REMOVE and step.place and step.place not in (sight.place.ref, step.target):
            posts += self._elsewhere(step)
        return Scene(sight.place, posts)

    def _known_place(self, step: Step) -> Place | None:
        """Where one text is looked at by itself: by what this run read of the place, else asked for once."""
        if step.form == PostForm.ISSUE_NOTE:
            return None
        if step.target not in self._places:
            target = self._targets.get(step.target)
            known = place_of(step.target, target) if target else None
            self._places[step.target] = known or resolve_place(self.client, step.target)
        place = self._places[step.target]
        return place if place.api and (place.kind == PlaceKind.PROJECT) == (step.form == PostForm.ISSUE) else None

    def _seen(self, asked: str, step: Step) -> Sight:
        sight = self.reader.look(asked, step.labels[:1])
        if step.form == PostForm.ISSUE_NOTE:
            sight = self._with_issue_notes(sight, step)
        return replace(sight, posts=tuple(renamed(post, self._aliases) for post in sight.posts))

    def _with_issue_notes(self, sight: Sight, step: Step) -> Sight:
        """The project's report issue with its notes: part 1 may have been written a moment ago."""
        main = self._main(step, sight.posts)
        item = self.reader.look(f"{sight.place.ref}#{main.id}")
        return Sight(sight.place, (*(p for p in sight.posts if p.form == PostForm.ISSUE), *item.posts))

    def _elsewhere(self, step: Step) -> tuple[Post, ...]:
        """A post to clear away may stand at a former place, which may be gone."""
        try:
            return self._seen(step.place, replace(step, form=PostForm.NOTE)).posts
        except errors.NotFoundError:
            return ()

    def _main(self, step: Step, posts: tuple[Post, ...]) -> Post:
        """Part 1 of the step's report."""
        wanted = replace(step.identity, part=1)
        found = [p for p in posts if p.stands and p.marker.identity == wanted]
        if not found:
            raise RefusedWrite("its first part does not stand", stale=True)
        return min(found, key=lambda p: (not p.own, p.id))

    # -- writing

    def write(self, step: Step, scene: Scene, post: Post | None) -> bool:
        """One attempt; whether GitLab's answer proves already that the text stands. Raises Retry where a fresh look must
        decide, RefusedWrite, or GitLab's own refusal.
        """
        self._check(step, scene)
        try:
            stored = self._send(step, scene, post)
        except errors.RateLimitedError as limited:
            raise Retry(limited.retry_after, limited=True, cause=limited) from limited
        except (errors.UncertainWriteError, errors.UnreachableError) as lost:
            raise Retry(FIRST_PAUSE, cause=lost) from lost
        except errors.NotFoundError as gone:
            if step.action in (StepAction.UPDATE, StepAction.REMOVE):
                raise Retry(0.0, cause=gone) from gone
            raise
        except errors.GitLabError as refused:
            if refused.status == 409:
                raise Retry(FIRST_PAUSE, cause=refused) from refused
            raise
        return step.action == StepAction.UPDATE and stored is not None and normalised(stored) == normalised(step.body)

    def _check(self, step: Step, scene: Scene) -> None:
        """The last gate: who reads there, what the text would run, whether an approver still agrees."""
        if step.action in (StepAction.CREATE, StepAction.UPDATE, StepAction.ASK, StepAction.LABEL, StepAction.REACT):
            spot = Spot(step.target, scene.place.ref, scene.place.path)
            refusal = self.guard.refusal(step.identity.audience, step.engagement, spot, step.identity.draft)
            if refusal:
                raise RefusedWrite(refusal)
            if command_lines(step.body):
                raise RefusedWrite("a line of the text would run as a quick action")
        if step.action in (StepAction.CREATE, StepAction.UPDATE) and is_for_customer(step):
            self._check_approval(step)

    def _check_approval(self, step: Step) -> None:
        """A customer's text: its very words stand in a draft that is approved now. The step's own word counts for nothing."""
        if not self.customer.enabled:
            raise RefusedWrite("`reports.status.customer` is switched off: nothing is posted for the customer")
        if self.customer.approval != ApprovalMode.REQUIRED:
            return
        home = self.guard.homes.get(step.engagement or "")
        if not home:
            raise RefusedWrite(f"no engagement {step.engagement} is known, so no draft of its text")
        posts = self.reader.look(home).posts
        wanted = replace(step.identity, draft=True)
        drafts = (draft_state(p, posts) for p in posts if p.own and p.stands and p.marker.identity == wanted)
        same = [d for d in drafts if d is not None and _as_posted(step, d.text) == digest(step.body)]
        if not same:
            raise RefusedWrite(f"its text stands in no draft on {home}: changed or deleted since", stale=True)
        verdicts = [judge_draft(d, self.customer.approvers) for d in same]
        if not any(v.approved for v in verdicts):
            raise RefusedWrite(f"the draft is not approved: {verdicts[0].reason}", stale=True)

    def _send(self, step: Step, scene: Scene, post: Post | None) -> str | None:
        """The one request that writes; the text that GitLab says it stored, of an update."""
        if step.action == StepAction.REACT:
            self._react(step, scene)
        elif step.action == StepAction.LABEL:
            writing.change_labels(self.client, scene.place, step.labels, step.remove_labels)
        elif step.action in (StepAction.CREATE, StepAction.ASK):
            self._create(step, scene)
        elif step.action == StepAction.REMOVE and post:
            writing.delete_note(self.client, self._place_of(post, scene), post.id)
        elif step.action == StepAction.CLOSE and post:
            self._close(scene, post)
        elif step.action == StepAction.UPDATE and post and post.form == PostForm.ISSUE:
            return writing.update_issue(self.client, scene.place, post.id, step.body)
        elif step.action == StepAction.UPDATE and post:
            return writing.update_note(self.client, self._place_of(post, scene), post.id, step.body)
        return None

    def _react(self, step: Step, scene: Scene) -> None:
        """Only the two signs that answer an order: a plan is a file that somebody could have changed."""
        if step.post is None or not set(step.labels) <= set(SIGNS):
            raise RefusedWrite("a reaction that answers no order")
        for name in step.labels:
            add_sign(self.client, scene.place, step.post, name)

    def _create(self, step: Step, scene: Scene) -> None:
        if step.form == PostForm.ISSUE:
            labels = step.labels
            writing.create_issue(self.client, scene.place, step.title, step.body, labels, step.confidential)
        elif step.form == PostForm.ISSUE_NOTE:
            main = self._main(step, scene.posts)
            item = resolve_place(self.client, f"{scene.place.ref}#{main.id}")
            writing.create_note(self.client, item, step.body)
        else:
            thread = step.thread or (self._main(step, scene.posts).thread if step.form == PostForm.REPLY else "")
            writing.create_note(self.client, scene.place, step.body, thread)

    def _close(self, scene: Scene, post: Post) -> None:
        other = successor(post, scene.posts)
        if other is None:
            raise RefusedWrite("the issue that follows it does not stand yet", stale=True)
        writing.update_issue(self.client, scene.place, post.id, closed_text(post, other), close=True)

    def _place_of(self, post: Post, scene: Scene) -> Place:
        """Where a note is: at the step's place, at a former one, or on a report issue."""
        return scene.place if post.place == scene.place.ref else resolve_place(self.client, post.place)

    # -- waiting

    def pause(self, again: Retry, attempt: int) -> None:
        """Wait as long as GitLab asks, or a little longer each time. Raises UnreachableError when the run waited enough."""
        seconds = max(again.seconds, 0.0 if again.limited else min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt))
        if seconds > self._budget:
            advice = "The next run completes it."
            raise errors.UnreachableError("GitLab's limits would take longer than this run waits", again.where, advice)
        self._budget -= seconds
        self._sleep(seconds)
