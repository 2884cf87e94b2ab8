"""The *PM notes* part of a note or issue: what a person wrote there survives every update. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.report.document import PM_NOTES_END, PM_NOTES_START

_NEXT_PART = re.compile(r"^(?:#{1,6} |<!-- |</details>)", re.M)


def pm_notes_of(body: str) -> str:
    """What stands between the two marker lines, without blank edges; "" without such a part.

    Where a person deleted the closing line, the part ends at the next heading or comment.
    """
    span = _span(body)
    return body[span[0] : span[1]].strip("\r\n\t ") if span else ""


def with_pm_notes(body: str, notes: str) -> str:
    """`body` with `notes` in its PM part; unchanged where it has none."""
    span = _span(body)
    if not span:
        return body
    inside = f"\n{notes}\n" if notes else "\n"
    return body[: span[0]] + inside + body[span[1] :]


def without_pm_notes(body: str) -> str:
    """`body` with an empty PM part."""
    return with_pm_notes(body, "")


def join_pm_notes(texts: Iterable[str]) -> str:
    """What several copies of one note hold, each thing once, in order (copies left by a race may both be edited)."""
    kept: list[str] = []
    for text in texts:
        if text and not any(text in other for other in kept):
            kept = [other for other in kept if other not in text] + [text]
    return "\n\n".join(kept)


def _span(body: str) -> tuple[int, int] | None:
    """Start and end of the inside of the PM part; marker lines that a person doubled inside belong to it no more."""
    start = body.find(PM_NOTES_START)
    if start < 0:
        return None
    start += len(PM_NOTES_START)
    end = body.find(PM_NOTES_END, start)
    if end < 0:
        following = _NEXT_PART.search(body, start)
        end = following.start() if following else len(body)
    return start, end
