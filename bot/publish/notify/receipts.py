"""What was sent already: receipts, kept in GitLab as notes on an issue of psbot's own, one a digest.

A receipt is claimed before the digest is sent, and withdrawn where that fails: runs at once send it once, and a failure is
tried again. A claim that a killed run left is taken over after a while.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.domain.errors import UsageError
from bot.domain.vocabulary import Audience
from bot.gitlab_api import writing
from bot.gitlab_api.client import GitLabClient
from bot.gitlab_api.places import Place, resolve_place
from bot.publish.audience import Guard, Spot
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, Marker, signed
from bot.publish.posts import Post
from bot.publish.standing import RECEIPTS, Reader

RECEIPT = "digest"
TITLE = "Digests that psbot sent"
ABOUT = (
    "psbot notes below which digest it sent where, so that each is sent once. "
    "Whoever deletes such a note has that digest sent again."
)
SENDING, SENT = "sending", "sent"
LEASE = timedelta(minutes=15)
"""So long a claim without an end is believed to be another run's at work."""


def identity_of(channel: str, period: str, to: str, portfolio: str) -> Identity:
    """The identity of one digest: a channel, a period, a reader (by a digest: no address stands in a marker)."""
    reader = f"/{hashlib.sha256(to.casefold().encode()).hexdigest()[:12]}" if to else ""
    return Identity(RECEIPT, Audience.INTERNAL, "", f"{period}/{channel}{reader}", portfolio=portfolio)


@dataclass
class Receipts:
    """The memory of one run. `project` takes the issue that holds the receipts."""

    client: GitLabClient
    reader: Reader
    guard: Guard
    project: str
    portfolio: str
    _item: Place | None = None

    def claim(self, identity: Identity, what: str) -> int | None:
        """A claim on the digest, as a note's id; None where it was sent, or another run is sending it."""
        found = self._found(identity)
        if any(p.marker.fingerprint == SENT or not _is_stale(p) for p in found):
            return None
        for stale in found:
            writing.delete_note(self.client, self._issue(), stale.id)
        own = writing.create_note(self.client, self._issue(), _text(identity, SENDING, f"Sending: {what}"))
        first = min((p.id for p in self._found(identity)), default=own)
        if first != own:
            self.withdraw(own)
            return None
        return own

    def confirm(self, claim: int, identity: Identity, what: str) -> None:
        """It is sent."""
        writing.update_note(self.client, self._issue(), claim, _text(identity, SENT, f"Sent: {what}"))

    def withdraw(self, claim: int) -> None:
        """It was not: the next run tries again."""
        writing.delete_note(self.client, self._issue(), claim)

    def _found(self, identity: Identity) -> list[Post]:
        posts = self.reader.look(self._issue().ref).posts
        return sorted((p for p in posts if p.own and p.marker.identity == identity), key=lambda p: p.id)

    def _issue(self) -> Place:
        if self._item is None:
            project = resolve_place(self.client, self.project)
            refusal = self.guard.refusal(Audience.INTERNAL, None, Spot(self.project, project.ref, project.path))
            if refusal:
                raise UsageError(refusal, "notify")
            self._item = resolve_place(self.client, f"{project.ref}#{self._number(project)}")
        return self._item

    def _number(self, project: Place) -> int:
        """The issue's number; opened where there is none."""
        wanted = Identity(RECEIPTS, Audience.INTERNAL, "", "all", portfolio=self.portfolio)
        found = self._numbers(wanted)
        if not found:
            body = signed(ABOUT, Marker(wanted, SENT))
            writing.create_issue(self.client, project, TITLE, body, (), confidential=False)
            found = self._numbers(wanted)
        if not found:
            raise UsageError("the issue that remembers what was sent can't be read back", "notify")
        return found[0]

    def _numbers(self, wanted: Identity) -> list[int]:
        posts = self.reader.look(self.project).posts
        same = (
            p
            for p in posts
            if p.form == PostForm.ISSUE and replace(p.marker.identity, portfolio=wanted.portfolio) == wanted
        )
        return sorted(p.id for p in same)


def _text(identity: Identity, state: str, what: str) -> str:
    return signed(what, Marker(identity, state))


def _is_stale(post: Post) -> bool:
    return post.created_at is not None and datetime.now(UTC) - post.created_at > LEASE
