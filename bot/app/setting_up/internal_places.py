"""`psbot init --places PROJECT`: an internal issue for each engagement that needs one, named in config.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.app.session import Session
from bot.app.setting_up.proposal import project_named
from bot.app.sources import read_live
from bot.domain.errors import UsageError
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Portfolio
from bot.domain.vocabulary import Audience
from bot.gitlab_api import set_up as gitlab
from bot.gitlab_api.readership import Readership
from bot.gitlab_api.rights import require_write

_MARK = re.compile(r"<!-- psbot-place ([^\s<>]+) -->")
_TEXT = "psbot writes its internal weekly status of this engagement here, and reads the answers in its thread."


@frozen
class PlaceFor:
    """Where an engagement's internal status goes; `issue` is None while it is only planned, `made` tells who made it."""

    engagement: str
    title: str
    issue: str | None = None
    made: bool = False


def needs_place(engagement: Engagement, session: Session) -> bool:
    """Whether customers read where its internal status would go."""
    target = engagement.facts.internal or engagement.ref
    path = re.split("[#&]", target)[0]
    return session.settings.audience_of(path) != Audience.INTERNAL


def make_places(
    session: Session, project: str, *, dry_run: bool = False, portfolio: Portfolio | None = None
) -> Iterator[PlaceFor]:
    """An issue in `project` for each engagement that needs one; those that an earlier run made are found again.

    Raises UsageError where customers read `project` or where it can't be seen.
    """
    session = session.live
    seen = project_named(session.client, project, session.url)
    _require_internal(session, seen.path)
    state = gitlab.read_project(session.client, seen.path, _named)
    if not dry_run:
        require_write(session.client)
    for engagement in (portfolio or read_live(session, None)).engagements:
        if needs_place(engagement, session):
            yield _place(session, seen.path, engagement, state.items if state else {}, dry_run)


def _require_internal(session: Session, path: str) -> None:
    if session.settings.audience_of(path) != Audience.INTERNAL:
        advice = "Name a project in a namespace that config.yml declares `internal`."
        raise UsageError(f"customers read in {path}", "--places", advice)
    reason = Readership(session.client, session.settings).objection(path)
    if reason:
        advice = "Make it private, take them out, or name another project."
        raise UsageError(f"{path} is declared internal, but {reason}", "--places", advice)


def _place(session: Session, project: str, engagement: Engagement, known: Mapping[str, int], dry_run: bool) -> PlaceFor:
    title = f"Status: {engagement.title or engagement.ref}"[:255]
    number = known.get(engagement.ref)
    if number is not None:
        return PlaceFor(engagement.ref, title, f"{project}#{number}")
    if dry_run:
        return PlaceFor(engagement.ref, title)
    body = f"{_TEXT}\n\n<!-- psbot-place {engagement.ref} -->"
    return PlaceFor(
        engagement.ref, title, f"{project}#{gitlab.create_issue(session.client, project, title, body)}", True
    )


def _named(description: str) -> Iterator[str]:
    yield from (match[1] for match in _MARK.finditer(description))
