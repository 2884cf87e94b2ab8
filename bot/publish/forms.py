"""In which form a text of psbot stands in GitLab."""

from __future__ import annotations

from enum import StrEnum


class PostForm(StrEnum):
    """`NOTE` starts a thread, `REPLY` stands in the thread of part 1, `ISSUE_NOTE` on the issue of part 1."""

    NOTE = "note"
    REPLY = "reply"
    ISSUE = "issue"
    ISSUE_NOTE = "issue-note"
    LABELS = "labels"
    REACTION = "reaction"
