"""Answers to people's orders: a reaction to each comment, once, and one reply that helps where an order was refused. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from bot.derive.decisions.orders.kinds import KINDS
from bot.derive.decisions.orders.order import OrderKind
from bot.derive.order_results import OrderEntry, OrderState
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Audience
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, Marker, engagement_token, signed
from bot.publish.posts import Standing
from bot.publish.steps import Step, StepAction
from bot.report.text.safe_text import neutralise

OBEYED, NOT_OBEYED = "white_check_mark", "question"
SIGNS = (OBEYED, NOT_OBEYED)
ANSWER = "order-answer"


@frozen
class Comment:
    """A comment that holds orders, and the engagement they are about (None: they name none)."""

    engagement: str | None
    orders: tuple[OrderEntry, ...]

    @property
    def first(self) -> OrderEntry:
        """Any of its orders: place, thread and reactions are the comment's."""
        return self.orders[0]

    @property
    def refused(self) -> tuple[OrderEntry, ...]:
        """The orders of it that are not obeyed."""
        return tuple(order for order in self.orders if order.state == OrderState.REFUSED)

    @property
    def asks_for_help(self) -> bool:
        """Whether it asks what can be ordered."""
        return any(order.word == "help" and order.state != OrderState.REFUSED for order in self.orders)


def order_steps(orders: Iterable[tuple[str | None, OrderEntry]], standing: Standing) -> Iterator[Step]:
    """Reactions and answers that are still to be given, for orders by the engagement that they are about."""
    known = {post.marker.identity for post in standing.posts if post.own}
    paths = {spotted.ref: spotted.path for spotted in standing.places.values()}
    for comment in _comments(orders):
        yield from _steps_of(comment, known, paths.get(comment.first.stands.place, ""))


def _comments(orders: Iterable[tuple[str | None, OrderEntry]]) -> list[Comment]:
    found: dict[tuple[str, int], list[tuple[str | None, OrderEntry]]] = {}
    for engagement, order in orders:
        if order.stands.note and order.stands.place:
            found.setdefault((order.stands.place, order.stands.note), []).append((engagement, order))
    return [Comment(pairs[0][0], tuple(order for _, order in pairs)) for _, pairs in sorted(found.items())]


def _steps_of(comment: Comment, known: set[Identity], path: str) -> Iterator[Step]:
    stands = comment.first.stands
    text = hashlib.sha256("\n".join(o.order for o in comment.orders).encode()).hexdigest()[:8]
    token = engagement_token(comment.engagement, Audience.INTERNAL)
    identity = Identity(ANSWER, Audience.INTERNAL, token, f"{stands.note}-{text}")
    sign = NOT_OBEYED if comment.refused else OBEYED
    reason = "an order that can't be obeyed" if comment.refused else "an order that is obeyed"
    if sign not in stands.signs:
        yield Step(
            StepAction.REACT,
            PostForm.REACTION,
            identity,
            stands.place,
            reason,
            comment.engagement,
            path,
            labels=(sign,),
            post=stands.note,
        )
    if (comment.refused or comment.asks_for_help) and identity not in known:
        body = signed(answer_text(comment), Marker(identity, text))
        yield Step(
            StepAction.ASK, PostForm.REPLY, identity, stands.place, "an answer to an order", comment.engagement, path,
            body=body, fingerprint=text, thread=stands.thread,
        )  # fmt: skip


def answer_text(comment: Comment) -> str:
    """One answer to all orders of a comment: why one is not obeyed, and what can be ordered."""
    lines = [f"- {neutralise(order.order)}: {neutralise(order.why)}" for order in comment.refused]
    kinds = {kind.word: kind for kind in KINDS.values()}
    helped = list(kinds.values()) if comment.asks_for_help else _kinds_of(comment)
    usages = [f"- `{kind.usage}`: {kind.meaning}" for kind in helped]
    heading = "Not obeyed:" if lines else "What can be ordered, on a line of its own:"
    told = ["", "It is understood like this:", ""] if lines and usages else [""]
    return "\n".join([heading, *(["", *lines] if lines else []), *told, *usages]).strip()


def _kinds_of(comment: Comment) -> list[OrderKind]:
    words = {order.word for order in comment.refused if order.word}
    named = [kind for word, kind in KINDS.items() if word in words and word == kind.word]
    return named or [KINDS["help"]]
