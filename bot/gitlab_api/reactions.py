"""psbot's own reactions to people's comments: read in batches, given once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.domain.errors import AccessError, GitLabError, NotFoundError
from bot.gitlab_api.answers import nodes_of
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.places import Place, resolve_place
from bot.gitlab_api.posts import id_number, read_awards

BATCH = 20
"""Comments of one query: GitLab limits a query's complexity."""
_AWARDS = "awardEmoji(first: 100) { nodes { name user { id } } }"
_ADD = (
    "mutation($id: AwardableID!, $name: String!) { awardEmojiAdd(input: {awardableId: $id, name: $name}) "
    "{ errors awardEmoji { name } } }"
)


def read_own_signs(client: GitLabClient, notes: Iterable[tuple[str, int]]) -> dict[int, tuple[str, ...]]:
    """The names of the token's own reactions to comments, given as (place, note id); one request for twenty comments."""
    found: dict[int, tuple[str, ...]] = {}
    for batch in _batches(sorted(set(notes), key=lambda pair: pair[1])):
        try:
            found |= _signs_by_graphql(client, [note for _, note in batch])
        except (GitLabError, NotFoundError, AccessError):
            found |= {note: own_signs(client, resolve_place(client, place), note) for place, note in batch}
    return found


def own_signs(client: GitLabClient, place: Place, note: int) -> tuple[str, ...]:
    """The names of the token's own reactions to one comment."""
    return tuple(award.name for award in read_awards(client, place, note) if award.user_id == client.user.id)


def add_sign(client: GitLabClient, place: Place, note: int, name: str) -> None:
    """React to a comment. GitLab answers "not found" where the reaction is there already: then it is looked for."""
    if not place.api:
        answer = client.graphql(_ADD, {"id": f"gid://gitlab/Note/{note}", "name": name}, write=True)
        errors = (answer.get("awardEmojiAdd") or {}).get("errors")
        if errors and name not in own_signs(client, place, note):
            raise GitLabError("; ".join(str(e) for e in errors)[:300], place.asked)
        return
    for path in dict.fromkeys((place.edit, place.api)):
        try:
            client.write("POST", f"{path}/notes/{note}/award_emoji", {"name": name})
        except NotFoundError:
            # There already; or this GitLab takes an epic's id where others take its iid.
            if name in own_signs(client, place, note):
                return
            if path == place.api:
                raise
        else:
            return


def _batches(pairs: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    return (pairs[start : start + BATCH] for start in range(0, len(pairs), BATCH))


def _signs_by_graphql(client: GitLabClient, notes: list[int]) -> dict[int, tuple[str, ...]]:
    parts = " ".join(f'n{note}: note(id: "gid://gitlab/Note/{note}") {{ {_AWARDS} }}' for note in notes)
    answer = client.graphql(f"query {{ {parts} }}", {})
    return {note: _own(answer.get(f"n{note}") or {}, client.user.id) for note in notes}


def _own(note: Mapping[str, Any], user_id: int) -> tuple[str, ...]:
    return tuple(
        str(a["name"])
        for a in nodes_of(note.get("awardEmoji"))
        if a.get("user") and id_number(a["user"]["id"]) == user_id
    )
