"""What people's orders come to, as values beside the computed ones."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.domain.frozen import frozen
from bot.domain.model import ThreadNote

if TYPE_CHECKING:
    from bot.derive.results import Risk


class OrderState(StrEnum):
    """`obeyed` while it holds; `refused` with the reason; `expired` after its end, or when it was taken back."""

    OBEYED = "obeyed"
    REFUSED = "refused"
    EXPIRED = "expired"


@frozen
class OrderEntry:
    """An order as `status --json` and reports list it. `state` is obeyed, refused or expired; `why` says why not."""

    order: str
    by: str
    at: datetime
    until: date | None = None
    state: OrderState = OrderState.OBEYED
    why: str = ""
    reason: str = ""
    word: str = ""
    stands: ThreadNote = ThreadNote()
    """Where, and how psbot reacted to it: for the answer, not in the JSON."""


@frozen
class MutedRisk:
    """A risk that is folded away until a day, by whose order and why."""

    risk: Risk
    by: str
    until: date | None
    reason: str
    theme: str = ""
    """What its rule is about: schedule, budget, …"""
    was: str = ""
    """How grave it was when it was muted."""
    grown: bool = False
    """Whether it is graver now than when it was muted."""
    hides_red: bool = False
    """Whether what is computed red rests on risks of this kind: the director is told."""


@frozen
class ReturnedRisk:
    """A risk that was muted and is not any more: what it was then, and what it is now."""

    risk: Risk
    on: date
    by: str
    was: str
    grown: bool = False


@frozen
class ColourOverride:
    """The colour of an axis (or `overall`) that a person's order publishes; `computed` stands beside it."""

    axis: str
    colour: str
    computed: str
    by: str
    until: date | None
    reason: str


@frozen
class ManagerForecast:
    """What a manager forecast: `what` is `finish` (a date) or a fiscal quarter (revenue in the portfolio's currency)."""

    what: str
    value: date | float
    by: str
    at: datetime
    reason: str


@frozen
class SlipCause:
    """Why a milestone's date moved, as somebody ordered it: client, internal, third party or scope."""

    milestone: str
    cause: str
    text: str
    by: str
    at: datetime
