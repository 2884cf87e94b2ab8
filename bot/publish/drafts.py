"""Customer texts that need an approval: the draft in the internal channel, and the customer's note made of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.publish.approval import DraftState, Question, judge_draft
from bot.publish.digest import digest
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, Marker, signed
from bot.publish.planner import Planner
from bot.publish.posts import Post
from bot.publish.steps import Approval, Step, StepAction, with_diff
from bot.publish.wishes import Wish, approved_wish
from bot.report.document import customer_text

QUESTION = "-question"
"""Ends the kind of psbot's reply that asks about a changed draft."""
_ASK = (
    "The text above was changed after it had been approved, so it has not been posted. "
    "To approve what stands there now, take the 👍 back and give it again."
)


@dataclass(frozen=True)
class DraftPlanner(Planner):
    """Plans drafts too; `approvers` are usernames."""

    approvers: tuple[str, ...] = ()

    def plan_draft(self, wish: Wish, parts: int) -> Iterator[Step]:
        """The draft in the internal channel, and, once it is approved, the customer's note."""
        text = customer_text(wish.body)
        if parts > 1 or text is None or not wish.customer_target:
            yield self.step(
                wish, StepAction.REFUSE, "no customer's text of one part for a known customer channel in this draft"
            )
            return
        refused = self.refusal(wish)
        if refused:
            yield self.step(wish, StepAction.REFUSE, refused)
            return
        drafts = [p for p in self.posts(wish.identity) if self.is_at(p, wish)]
        if not drafts:
            yield self._new_draft(wish, "the customer's text, for approval")
            return
        yield from self._standing_draft(wish, drafts)

    def _new_draft(self, wish: Wish, reason: str) -> Step:
        return with_diff(replace(self.step(wish, StepAction.CREATE, reason), body=wish.text()), "")

    def _standing_draft(self, wish: Wish, drafts: list[Post]) -> Iterator[Step]:
        same = [p for p in drafts if p.marker.fingerprint == wish.fingerprint]
        current = next((p for p in same if p.thumbs), (same or drafts)[0])
        state = draft_state(current, self.all_posts(_question_on(current)))
        if state is None:
            yield self.step(
                wish, StepAction.WAIT, "a person took the marker lines of the customer's text away", current
            )
            return
        verdict = judge_draft(state, self.approvers)
        posted = self._posted_text(wish)
        if not same and not (state.edited and posted != digest(state.text)):
            yield self._new_draft(wish, "the report changed since the draft")
        elif posted == digest(state.text):
            yield self.step(wish, StepAction.SKIP, "posted as it stands in the draft", current)
        elif verdict.approved:
            yield from self._plan_approved(wish, current, state)
        else:
            yield self.step(wish, StepAction.WAIT, verdict.reason, current)
            yield from self._question(wish, current, state) if verdict.ask else ()
        yield from self._old_drafts(wish, drafts, current, bool(same))

    def _plan_approved(self, wish: Wish, draft: Post, state: DraftState) -> Iterator[Step]:
        target = wish.customer_target or ""
        approval = Approval(draft.place, draft.id, digest(state.text), self.approvers)
        yield from self.plan_wish(approved_wish(wish, target, state.text), approval)

    def _posted_text(self, wish: Wish) -> str:
        """The digest of what the customer reads now; "" for nothing yet."""
        posts = self.posts(replace(wish.identity, draft=False))
        return posts[0].marker.fingerprint if posts else ""

    def _question(self, wish: Wish, draft: Post, state: DraftState) -> Iterator[Step]:
        """Ask once about each text."""
        identity = replace(wish.identity, kind=wish.identity.kind + QUESTION)
        text = digest(state.text)
        if any(p.marker.fingerprint == text for p in self.posts(identity)):
            return
        step = self.step(
            replace(wish, identity=identity, form=PostForm.REPLY, fingerprint=text), StepAction.ASK, "the text changed"
        )
        yield replace(step, body=signed(_ASK, Marker(identity, text)), thread=draft.thread)

    def _old_drafts(self, wish: Wish, drafts: list[Post], current: Post, keep_current: bool) -> Iterator[Step]:
        """Drafts that were overtaken go; one that an approver reacted to stays as the record of that."""
        names = {name.casefold() for name in self.approvers}
        for post in drafts:
            overtaken = post.own and (post is not current or not keep_current)
            untouched = not any(t.username.casefold() in names for t in post.thumbs) and not is_edited(post)
            if overtaken and untouched:
                yield self.cleared(wish, post, "another draft stands for it")


def _question_on(draft: Post) -> Identity:
    return replace(draft.marker.identity, kind=draft.marker.identity.kind + QUESTION)


def draft_state(post: Post, posts: Iterable[Post]) -> DraftState | None:
    """What stands in a draft, for the decision on its approval; None where its text can't be told any more."""
    text = customer_text(post.body)
    if text is None:
        return None
    asked = _question_on(post)
    questions = tuple(
        Question(p.marker.fingerprint, p.created_at)
        for p in posts
        if p.own and p.created_at and p.marker.identity == asked
    )
    return DraftState(text, post.marker.text, post.thumbs, post.edited_at, questions)


def is_edited(draft: Post) -> bool:
    """Whether a person changed the customer's text in a draft."""
    text = customer_text(draft.body)
    return text is not None and digest(text) != draft.marker.text
