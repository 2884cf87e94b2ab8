"""What should stand: each Document as the notes and issues that it asks for, one `Wish` each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from bot.domain.frozen import frozen
from bot.domain.model import EMPTY
from bot.domain.vocabulary import Audience
from bot.publish.digest import digest, fingerprint
from bot.publish.forms import PostForm
from bot.publish.marker import Identity, Marker, engagement_token, signed
from bot.publish.pm_notes import pm_notes_of, with_pm_notes
from bot.report.document import PM_NOTES_START, Document, IssueTarget, customer_text


@frozen
class Wish:
    """One note or issue that should stand. `target` is the reference or project path as the report asked for it."""

    identity: Identity
    form: PostForm
    target: str
    body: str
    fingerprint: str
    engagement: str | None = None
    title: str = ""
    labels: tuple[str, ...] = ()
    confidential: bool = False
    parts: int = 1
    payload: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    customer_target: str | None = None
    closes_previous: bool = False

    def text(self, pm_notes: str = "") -> str:
        """The whole text with marker; `pm_notes` replace what the template puts into the PM part."""
        own = pm_notes_of(self.body)
        body = with_pm_notes(self.body, pm_notes) if pm_notes else self.body
        drafted = customer_text(self.body) if self.identity.draft else None
        marker = Marker(
            self.identity,
            self.fingerprint,
            self.parts,
            pm=digest(own) if PM_NOTES_START in self.body else "",
            text=digest(drafted) if drafted is not None else "",
            payload=self.payload if self.identity.audience == Audience.INTERNAL else EMPTY,
        )
        return signed(body, marker)


def make_wishes(document: Document) -> tuple[Wish, ...]:
    """Part 1 and its follow-ups."""
    issue = isinstance(document.target, IssueTarget)
    first = Wish(
        identity=identity_of(document),
        form=PostForm.ISSUE if issue else PostForm.NOTE,
        target=document.target.project if isinstance(document.target, IssueTarget) else document.target.ref,
        body=document.body,
        fingerprint=_fingerprint(document, document.body),
        engagement=document.engagement,
        title=document.title,
        labels=document.target.labels if isinstance(document.target, IssueTarget) else (),
        confidential=isinstance(document.target, IssueTarget) and document.target.confidential,
        parts=1 + len(document.follow_ups),
        payload=document.payload,
        customer_target=document.customer_target.ref if document.customer_target else None,
        closes_previous=document.closes_previous,
    )
    return (first, *_follow_ups(document, first))


def _follow_ups(document: Document, first: Wish) -> Iterator[Wish]:
    for number, body in enumerate(document.follow_ups, 2):
        yield replace(
            first,
            identity=replace(first.identity, part=number),
            form=PostForm.ISSUE_NOTE if first.form == PostForm.ISSUE else PostForm.REPLY,
            body=body,
            fingerprint=_fingerprint(document, body, number),
            payload=EMPTY,
            closes_previous=False,
        )


def identity_of(document: Document) -> Identity:
    """What the one note or issue for this document stands for."""
    token = engagement_token(document.engagement, document.audience)
    portfolio = "" if document.engagement else document.portfolio
    return Identity(document.kind, document.audience, token, document.period, draft=document.draft, portfolio=portfolio)


def _fingerprint(document: Document, body: str, part: int = 1) -> str:
    """The report's own fingerprint, else the digest of what it says; every further part has one made of it."""
    if document.fingerprint:
        return document.fingerprint if part == 1 else digest(f"{document.fingerprint}\n{part}")
    return fingerprint(body, _leave_out(document))


def _leave_out(document: Document) -> tuple[str, ...]:
    return (document.as_of_line, *document.volatile)


def approved_wish(draft: Wish, target: str, text: str) -> Wish:
    """The customer's note made of an approved draft: exactly `text`."""
    return replace(
        draft,
        identity=replace(draft.identity, draft=False),
        form=PostForm.NOTE,
        target=target,
        body=text,
        fingerprint=digest(text),
        customer_target=None,
        payload=EMPTY,
    )
