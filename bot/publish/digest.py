"""Fingerprints: what tells whether a report changed, however the server stored its bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from bot.publish.pm_notes import without_pm_notes

_BLANK_LINES = re.compile(r"\n{2,}")
_LENGTH = 24


def normalised(text: str) -> str:
    """`text` without what GitLab changes while storing: carriage returns, null bytes, white space at line ends."""
    lines = (line.rstrip() for line in text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def digest(text: str) -> str:
    """A short hash of the normalised text; equal texts stay equal after a journey through GitLab."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()[:_LENGTH]


def fingerprint(body: str, leave_out: Iterable[str] = ()) -> str:
    """The digest of what a report says, without PM notes and without the passages that may change by themselves."""
    text = without_pm_notes(body)
    for passage in sorted((p for p in leave_out if p.strip()), key=len, reverse=True):
        text = text.replace(passage, "")
    return digest(text)
