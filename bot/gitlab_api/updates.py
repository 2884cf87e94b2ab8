"""When somebody last said something about an escalation: comments by people, and edits of its description.

`updated_at` tells of any change, a label or a link too, and of psbot's own notes: a clock must not run on it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.errors import AccessError, GitLabError, NotFoundError, UnreachableError
from bot.gitlab_api import queries
from bot.gitlab_api.answers import UnreadableAnswerError, nodes_of, understood
from bot.gitlab_api.cache import Cache
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.thread_pool import ThreadPool, chunks
from bot.gitlab_api.translate import Record, id_number, instant, next_cursor

log = logging.getLogger("psbot.gitlab")
KIND = "updates"
ITEMS_A_QUERY = 5
FROM_PEOPLE = 50
"""Threads that come with one question."""


def read_updates(
    client: GitLabClient, threads: ThreadPool, cache: Cache | None, records: Iterable[Record]
) -> dict[int, tuple[datetime, ...]]:
    """The updates of each item by id, oldest first; an item whose notes can't be read is missing."""
    wanted = {r["id"]: r["updated_at"] for r in records if r["id"] > 0}
    known = cache.load_histories(KIND, wanted) if cache else {}
    missing = sorted(wanted.keys() - known.keys())

    def ask(numbers: Sequence[int]) -> dict[int, list[str]]:
        return _ask(client, numbers)

    fresh = {
        number: found for part in threads.map(ask, chunks(missing, ITEMS_A_QUERY)) for number, found in part.items()
    }
    if cache and fresh:
        cache.store_histories(KIND, wanted, fresh)
    return {number: _instants(texts) for number, texts in {**known, **fresh}.items()}


def _ask(client: GitLabClient, numbers: Sequence[int]) -> dict[int, list[str]]:
    """What was said in each item, page after page."""
    said: dict[int, set[str]] = {}
    left: dict[int, str | None] = dict.fromkeys(numbers)
    while left:
        variables = {f"id{n}": f"gid://gitlab/WorkItem/{number}" for n, number in enumerate(left)}
        variables |= {f"after{n}": after for n, after in enumerate(left.values()) if after}
        try:
            query = queries.updates_query(len(left), FROM_PEOPLE)
            answer = client.graphql(query, variables, history=True, where="comments on escalations")
        except (AccessError, NotFoundError, GitLabError, UnreachableError) as problem:
            log.warning("comments on escalations could not be read: %s", problem)
            return {}
        following: dict[int, str | None] = {}
        for n, number in enumerate(left):
            node = answer.get(f"i{n}") or {}
            try:
                with understood(f"item {number}"):
                    said.setdefault(number, set()).update(_said(node, client.user.id))
                    after = next_cursor(_discussions(node))
            except UnreadableAnswerError as problem:
                log.warning("comments on escalations could not be read: %s", problem)
                said.pop(number, None)
                continue
            if after and after != left[number]:
                following[number] = after
        left = following
    return {number: sorted(texts) for number, texts in said.items()}


def _discussions(node: Mapping[str, Any]) -> Mapping[str, Any]:
    found = [widget["discussions"] for widget in node.get("widgets") or () if widget and widget.get("discussions")]
    return found[0] if found else {}


def _said(node: Mapping[str, Any], me: int) -> Iterator[str]:
    """The instants of what people said or edited in one item."""
    for thread in nodes_of(_discussions(node)):
        for note in nodes_of(thread.get("notes")):
            if not note.get("system") and _is_person(note.get("author"), me):
                yield str(note["createdAt"])
    for widget in node.get("widgets") or ():
        edited = (widget or {}).get("lastEditedAt")
        if edited and _is_person((widget or {}).get("lastEditedBy"), me):
            yield str(edited)


def _is_person(user: Any, me: int) -> bool:
    return bool(user) and not user.get("bot") and id_number(user["id"]) != me


def _instants(texts: Iterable[str]) -> tuple[datetime, ...]:
    return tuple(sorted(at for text in texts if (at := instant(text))))
