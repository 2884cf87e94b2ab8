"""A rendered report on its way to GitLab: what it is, for whom, for which period, where it goes, and what it says.

A Document is the wish; `publish` compares it with what stands in GitLab. The fingerprint of the body, not its bytes,
tells whether something changed; the as-of date alone is not a change, so bodies carry it in `{{ }}`-free form through
`as_of_line`, which the fingerprint leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.frozen import frozen
from bot.domain.model import EMPTY
from bot.domain.packed import PackedText
from bot.domain.vocabulary import Audience

PM_NOTES_START = "<!-- psbot:pm-notes -->"
PM_NOTES_END = "<!-- /psbot:pm-notes -->"
CUSTOMER_TEXT_START = "<!-- psbot:customer-text -->"
CUSTOMER_TEXT_END = "<!-- /psbot:customer-text -->"
"""A draft's body carries the customer's text between these two lines; publish posts exactly what stands between them."""
PRACTICAL_LIMIT = 100_000
"""Characters of one body; what is longer goes to follow-ups. GitLab's own limits: note 1,000,000, description 1,048,576."""


@frozen
class NoteTarget:
    """A note (the first of a thread) on an issue or epic, by its reference `group/project#12` or `group&7`."""

    ref: str


@frozen
class IssueTarget:
    """An issue in a project, by the project's path."""

    project: str
    labels: tuple[str, ...] = ()
    confidential: bool = False


@frozen
class RenderedFile:
    """A text to hand over as a file; it is never published."""

    name: str
    text: str


@dataclass(frozen=True)
class Document:
    """One report. `key` = (kind, audience, engagement, period, part) is unique: one note or issue stands for it."""

    kind: str
    audience: Audience
    period: str
    target: NoteTarget | IssueTarget
    body: PackedText = PackedText()  # noqa: RUF009 (a descriptor)
    """Markdown without marker; the PM-notes region (both marker lines) included where people may write."""
    engagement: str | None = None
    title: str = ""
    """Of an issue."""
    as_of_line: str = ""
    """The sentence that says as of when the report holds; left out of the fingerprint."""
    payload: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """Hidden, versioned data for later runs (committed forecast, next steps, colours); empty for customers."""
    fingerprint: str = ""
    """What tells whether it says something new (`change.py`). Empty: the digest of the body, less what follows."""
    volatile: tuple[str, ...] = ()
    """Further passages that may change without being a change worth a write."""
    follow_ups: tuple[str, ...] = ()
    """Overflow that doesn't fit GitLab's limit: each becomes a linked follow-up note."""
    draft: bool = False
    """A customer text waiting for approval: `target` is the internal channel, `customer_target` where it goes."""
    customer_target: NoteTarget | None = None
    portfolio: str = ""
    """Of a report on all engagements: which config's portfolio that is."""
    closes_previous: bool = False
    """Whether the issue of the period before is closed and linked when this one opens."""

    @property
    def key(self) -> tuple[str, str, str | None, str]:
        return (self.kind, self.audience, self.engagement, self.period)


def customer_text(body: str) -> str | None:
    """The customer's text of a draft, as it stands between the markers; None where either marker is missing."""
    _, start, rest = body.partition(CUSTOMER_TEXT_START)
    text, end, _ = rest.partition(CUSTOMER_TEXT_END)
    return text.strip("\n") if start and end else None
