"""Copies of a text whose period is over, left by runs at once (or a lagging replica) just before the next one was due. Pure.

A period that is over is frozen: no wish is for it, so nothing else would find them. The oldest stays, as it would have
then; one in which people wrote what the oldest has not is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.publish.forms import PostForm
from bot.publish.marker import Identity
from bot.publish.posts import Post
from bot.publish.wishes import Wish

if TYPE_CHECKING:
    from bot.publish.planner import Planner
    from bot.publish.steps import Step


def leftover_steps(planner: Planner, wishes: Iterable[Wish]) -> Iterator[Step]:
    """Steps that clear them away, for the reports that this run publishes (`wishes`: the first part of each)."""
    stages = [stage for wish in wishes for stage in _stages(wish)]
    places = {_report(stage.identity): stage for stage in stages}
    current = {replace(stage.identity, part=1) for stage in stages}
    found: dict[tuple[Identity, str], list[Post]] = {}
    for post in planner.standing.posts:
        identity = post.marker.identity
        is_over = _report(identity) in places and replace(identity, part=1) not in current
        if post.own and post.stands and is_over and not identity.draft:
            found.setdefault((identity, post.place), []).append(post)
    for (identity, _), posts in sorted(found.items()):
        yield from _cleared(planner, replace(places[_report(identity)], identity=identity), posts)


def _cleared(planner: Planner, wish: Wish, posts: list[Post]) -> Iterator[Step]:
    keeper, *copies = sorted(posts, key=lambda p: p.id)
    for copy in copies:
        if planner.is_at(copy, replace(wish, form=_form(copy))) and copy.pm_notes in keeper.body:
            reason = f"a second copy, left by two runs at once; {keeper.id} stays"
            yield planner.cleared(replace(wish, form=_form(copy)), copy, reason)


def _form(post: Post) -> PostForm:
    if post.form == PostForm.ISSUE:
        return PostForm.ISSUE
    part = post.marker.identity.part
    return PostForm.NOTE if part == 1 else PostForm.REPLY if post.marker.identity.engagement else PostForm.ISSUE_NOTE


def _report(identity: Identity) -> Identity:
    """Which report it is, of whatever period."""
    return replace(identity, period="", part=1)


def _stages(wish: Wish) -> Iterator[Wish]:
    """What is drafted, and where it is posted once it is approved."""
    yield wish
    if wish.customer_target:
        yield replace(wish, identity=replace(wish.identity, draft=False), target=wish.customer_target)
