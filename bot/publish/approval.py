"""Whether the customer's text may go out: a 👍 by a named approver, bound to exactly the text that stands.

GitLab leaves reactions in place when a note is edited, so a reaction alone approves nothing:
- the text as psbot drafted it: psbot never edits a draft (a changed report makes a new note), so any 👍 was for this text;
- a text that a person edited since: the 👍 must be younger than the last edit, or, where GitLab doesn't tell when that
  was, younger than psbot's own reply that asked about exactly this text.
Everything else waits. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from bot.domain.frozen import frozen
from bot.publish.digest import digest

_THUMBS_UP = re.compile(r"(?:thumbs_?up|\+1|\U0001F44D)(?:[_:-]+\w*tone[_-]?\w*|[\U0001F3FB-\U0001F3FF])?")
"""GitLab's name for 👍 with its aliases, and each of them in a skin tone (`thumbsup_tone3`)."""


def is_thumbs_up(reaction: str) -> bool:
    """Whether a reaction, by the name that GitLab gives it, is a 👍, of whatever skin tone."""
    return _THUMBS_UP.fullmatch(reaction.strip(":").casefold()) is not None


_RATINGS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def rating_of(reaction: str) -> int | None:
    """1 to 5 of a reaction such as `five` (5️⃣); None for any other."""
    return _RATINGS.get(reaction.strip(":").casefold())


@frozen
class Thumb:
    """A 👍 on a draft, or a rating on a survey."""

    username: str
    at: datetime
    rating: int | None = None


@frozen
class Question:
    """psbot's reply "the text changed after the 👍": about which text (digest), posted when."""

    text: str
    at: datetime


@frozen
class DraftState:
    """A draft as it stands. `written` is the digest of the text as psbot wrote it; `edited_at` None = not known."""

    text: str
    written: str
    thumbs: tuple[Thumb, ...] = ()
    edited_at: datetime | None = None
    questions: tuple[Question, ...] = ()

    @property
    def edited(self) -> bool:
        """Whether a person changed the text."""
        return digest(self.text) != self.written


@frozen
class Verdict:
    """May it be posted, and why (not). `ask`: an approval is there, but for an earlier text."""

    approved: bool
    reason: str
    ask: bool = False


def judge_draft(draft: DraftState, approvers: Iterable[str]) -> Verdict:
    """Decide on what stands. Approvers are usernames; letter case is ignored, as GitLab does."""
    names = {name.casefold().lstrip("@") for name in approvers}
    if not names:
        return Verdict(
            False, "waits for approval, but `reports.status.customer.approvers` names nobody who could give it"
        )
    thumbs = sorted((t for t in draft.thumbs if t.username.casefold() in names), key=lambda t: t.at)
    if not thumbs:
        return Verdict(False, f"waits for a 👍 by {' or '.join(sorted(names))} on the draft")
    valid = [t for t in thumbs if not draft.edited or _is_for_this_text(t, draft)]
    if valid:
        return Verdict(True, f"approved by {valid[0].username}")
    return Verdict(False, f"the text was changed after {thumbs[-1].username} approved it; waits for a new 👍", ask=True)


def _is_for_this_text(thumb: Thumb, draft: DraftState) -> bool:
    if draft.edited_at is not None:
        return thumb.at > draft.edited_at
    return any(q.text == digest(draft.text) and thumb.at > q.at for q in draft.questions)
