"""What is decided about an engagement: colours with reasons, what risks come to, next steps, and what is asked of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum

from bot.derive.order_results import ColourOverride
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import EMPTY, Titled
from bot.domain.vocabulary import Colour, Severity


@frozen
class Reason:
    """Why a figure or colour is what it is: a sentence, and references to the evidence."""

    text: Text
    evidence: tuple[str, ...] = ()


@frozen
class Rag:
    """A colour with its reasons. Never green without evidence: then it is unknown."""

    rag: Colour = Colour.UNKNOWN
    reasons: tuple[Reason, ...] = ()
    signal: Colour | None = None
    """What the facts of the day alone say; `rag` is the colour that is published."""


@frozen
class CameTrue:
    """How often a colour was said, and how often it came true."""

    said: int = 0
    came_true: int = 0


@frozen
class Status:
    """Computed colours; `declared` and `sentiment` are what people set, never folded in."""

    overall: Colour = Colour.UNKNOWN
    declared: Colour | None = None
    sentiment: Colour | None = None
    schedule: Rag = Rag()
    scope: Rag = Rag()
    budget: Rag = Rag()
    partial: bool = False
    """Whether an axis is unknown, so that `overall` is told by the others."""
    track_record: Mapping[str, Mapping[str, CameTrue]] = field(default_factory=lambda: EMPTY)
    """axis → colour → how often it came true in the portfolio's own closed engagements."""
    overrides: Mapping[str, ColourOverride] = field(default_factory=lambda: EMPTY)
    """Colours that a person's order publishes in place of the computed ones, by axis or `overall`."""


@frozen
class Consequence:
    """What a story comes to: working days late, hours over, money at stake; None where it can't be known."""

    days: int | None = None
    hours: float | None = None
    money: float | None = None


@frozen
class Gain(Consequence):
    """What less of it comes when the action is taken, as the same trials say, and the new chance to be on time."""

    on_time_probability: float | None = None


@frozen
class Story:
    """What risks with one cause come to, and the cheapest way out: the rules stay the evidence."""

    id: str
    severity: Severity
    headline: Text
    cause: Text
    consequence: Consequence = Consequence()
    evidence: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    action: Text = ""
    gain: Gain | None = None
    owner: str | None = None
    due: date | None = None


@frozen
class NextStep(Titled):
    """Something to do: which item, who does it, by when; `soon`: due in two weeks or overdue."""

    who: tuple[str, ...] = ()
    due: date | None = None
    soon: bool = False
    late: bool = False
    blocked: bool = False


class Lack(StrEnum):
    """What an escalation may be without: the path to green, the exit criteria."""

    PATH = "path"
    EXIT = "exit"


class AskKind(StrEnum):
    """What is asked for."""

    UPDATE_OVERDUE = "escalation_overdue"
    UPDATE = "escalation"
    SEND_ACCEPTANCE = "send_acceptance"
    SIGN_ORDER = "sign_order"
    DECIDE = "decide"
    NAME_OWNER = "name_owner"


@frozen
class Chase:
    """Whom psbot chases for an ask: who holds it, or the stand-in while that person is away, and the manager from the second week."""

    to: str
    since: date
    """The day on which psbot first asked."""
    stands_in_for: str | None = None
    away_until: date | None = None
    manager: str | None = None

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody who is asked."""
        return (self.to,) if self.manager in (None, self.to) else (self.to, str(self.manager))


@frozen
class Ask:
    """One ask: about what, of whom, by when, and what hangs on it."""

    kind: AskKind
    ref: str
    title: str
    owner: str | None = None
    by: date | None = None
    lacks: tuple[Lack, ...] = ()
    """Of an escalation."""
    hours: float | None = None
    amount: float | None = None
    since: date | None = None
    chase: Chase | None = None
    """None where nobody is known who could be asked."""

    @property
    def key(self) -> str:
        """What the ask is about, the same from run to run: an escalation whose update falls due is no new ask."""
        kind = AskKind.UPDATE if self.kind is AskKind.UPDATE_OVERDUE else self.kind
        return f"{kind}:{self.ref}:{self.title}" if self.kind is AskKind.SEND_ACCEPTANCE else f"{kind}:{self.ref}"
