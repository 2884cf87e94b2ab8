"""The look right before (and right after) a write: is the step done already, out of date, or to be taken? Pure.

GitLab has no idempotency key and no lock, so this decides exactly-once: it is asked again after every answer, lost or not.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from bot.domain.frozen import frozen
from bot.publish.digest import digest, normalised
from bot.publish.forms import PostForm
from bot.publish.marker import Identity
from bot.publish.posts import HealthStanding, Post
from bot.publish.steps import Step, StepAction


class Ground(StrEnum):
    """`DONE`: it stands; `STALE`: something changed since the plan was made; `GO`: take the step."""

    DONE = "done"
    STALE = "stale"
    GO = "go"


@frozen
class Obstacle:
    """What a look finds before a step."""

    state: Ground
    reason: str = ""
    post: Post | None = None


GO = Obstacle(Ground.GO)


def own_posts(posts: Iterable[Post], identity: Identity) -> list[Post]:
    """The token's own posts that stand for that identity, oldest first."""
    return sorted((p for p in posts if p.own and p.stands and p.marker.identity == identity), key=lambda p: p.id)


def examine(step: Step, posts: Iterable[Post]) -> Obstacle:
    """Judge a step by the posts that stand at its place now."""
    posts = list(posts)
    if step.action in (StepAction.CREATE, StepAction.ASK):
        return _examine_create(step, own_posts(posts, step.identity))
    post = next((p for p in posts if p.own and p.id == step.post and p.form == _form(step)), None)
    if step.action == StepAction.UPDATE:
        return _examine_update(step, post)
    return _examine_clearing(step, post, posts)


def _form(step: Step) -> str:
    return "issue" if step.form == PostForm.ISSUE else "note"


def _examine_create(step: Step, own: list[Post]) -> Obstacle:
    new = [post for post in own if post.id not in step.knows]
    same = [post for post in new if post.marker.fingerprint == step.fingerprint]
    if same:
        return Obstacle(Ground.DONE, "it stands", same[0])
    if new:
        return Obstacle(Ground.STALE, f"another run wrote {new[0].id} meanwhile", new[0])
    return GO


def _examine_update(step: Step, post: Post | None) -> Obstacle:
    if post is None:
        return Obstacle(Ground.STALE, "what stood there was deleted")
    if digest(post.body) == digest(step.body):
        return Obstacle(Ground.DONE, "it stands", post)
    if digest(post.body) == step.expects:
        return Obstacle(Ground.GO, "", post)
    return Obstacle(Ground.STALE, "what stands there was changed", post)


def _examine_clearing(step: Step, post: Post | None, posts: list[Post]) -> Obstacle:
    """A copy goes only while another one stands that holds what people wrote in it."""
    if post is None or (step.action == StepAction.CLOSE and (post.marker.duplicate_of or post.marker.followed_by)):
        return Obstacle(Ground.DONE, "it is gone", post)
    if digest(post.body) != step.expects:
        return Obstacle(Ground.STALE, "what stands there was changed", post)
    others = [p for p in own_posts(posts, post.marker.identity) if p.id != post.id]
    if step.needs_other and not others:
        return Obstacle(Ground.STALE, "no other copy stands", post)
    if step.needs_other and post.pm_notes and not any(post.pm_notes in p.body for p in others):
        return Obstacle(Ground.STALE, "it holds PM notes that no other copy has", post)
    return Obstacle(Ground.GO, "", post)


def examine_labels(step: Step, present: Iterable[str], health: HealthStanding) -> Obstacle:
    """Judge a label step by the labels that the item carries now."""
    labels = set(present)
    if set(step.labels) <= labels and not set(step.remove_labels) & labels:
        return Obstacle(Ground.DONE, "it carries them")
    strange = [label for label in health.present if label not in health.own]
    return Obstacle(Ground.STALE, f"a person set {strange[0]}") if strange else GO


def examine_reaction(step: Step, signs: Iterable[str]) -> Obstacle:
    """Judge a reaction by those of psbot's own that stand on the comment."""
    return Obstacle(Ground.DONE, "it stands") if set(step.labels) <= set(signs) else GO


def stored_otherwise(step: Step, post: Post) -> str | None:
    """Why what GitLab stored is not what was sent, or None."""
    if not step.body or normalised(post.body) == normalised(step.body):
        return None
    return "GitLab stored another text than was sent"


def successor(post: Post, posts: Iterable[Post]) -> Post | None:
    """The issue for which `post` is closed: an older copy of it, else the one of the next period."""
    own = [p for p in posts if p.own and p.stands and p.form == PostForm.ISSUE and p.id != post.id]
    identity = post.marker.identity
    copies = [p for p in own if p.marker.identity == identity and p.id < post.id]
    if copies:
        return min(copies, key=lambda p: p.id)
    later = [p for p in own if _follows(p.marker.identity, identity)]
    return min(later, key=lambda p: (p.marker.identity.period, p.id), default=None)


def _follows(one: Identity, other: Identity) -> bool:
    same = (one.kind, one.audience, one.portfolio) == (other.kind, other.audience, other.portfolio)
    return same and one.period > other.period
