"""Which portfolio a roll-up is on: two configs that report into one project never touch each other's issues. Pure.

A portfolio is known by the namespaces of its config. Where somebody adds or takes away one, it stays the same portfolio as
long as most of its engagements do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from bot.config import Settings
from bot.domain.model import Portfolio
from bot.publish.loss import basis_of
from bot.publish.posts import Post
from bot.report.registry import ReportPlace, kinds_at

_MOST = 0.5
"""Share of the engagements, of both sides, that must be the same."""


def portfolio_id(settings: Settings, portfolio: Portfolio, posts: Iterable[Post]) -> str:
    """The name of the portfolio in markers: the config's own, or that under which its reports stand already."""
    own = config_id(settings)
    latest: dict[str, Post] = {}
    for post in sorted(posts, key=lambda p: (p.marker.identity.period, p.id)):
        if post.marker.identity.portfolio:
            latest[post.marker.identity.portfolio] = post
    if own in latest or not latest:
        return own
    found = frozenset(e.ref for e in portfolio.engagements)
    return next((name for name, post in sorted(latest.items()) if _is_same(found, post)), own)


def config_id(settings: Settings) -> str:
    """A digest of the namespaces: in a marker, their names would tell more than they must."""
    names = sorted(name.casefold().strip("/") for name in settings.written_namespaces)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


def _is_same(found: frozenset[str], post: Post) -> bool:
    then = basis_of(post.marker.payload).engagements or frozenset()
    both = len(found & then)
    return both > 0 and both >= _MOST * max(len(found), len(then))


def named(post: Post, portfolio: str) -> Post:
    """`post` with the portfolio's name, where it is a roll-up that an earlier psbot left without one."""
    identity = post.marker.identity
    if identity.kind not in kinds_at(ReportPlace.PORTFOLIO) or identity.portfolio:
        return post
    return replace(post, marker=replace(post.marker, identity=replace(identity, portfolio=portfolio)))
