"""What the status and its stories are: colours with reasons, and what risks come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.derive.order_results import ColourOverride
from bot.domain.messages import Text
from bot.domain.model import EMPTY


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a figure or colour is what it is: a sentence, and references to the evidence."""

    text: Text
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rag:
    """A colour with its reasons. Never green without evidence: then it is unknown."""

    rag: str = "unknown"
    reasons: tuple[Reason, ...] = ()
    signal: str | None = None
    """What the facts of the day alone say; `rag` is the colour that is published (CONTRACT §7 *Colours*)."""


@dataclass(frozen=True, slots=True)
class CameTrue:
    """How often a colour was said, and how often it came true."""

    said: int = 0
    came_true: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """Computed colours; `declared` and `sentiment` are what people set, never folded in."""

    overall: str = "unknown"
    declared: str | None = None
    sentiment: str | None = None
    schedule: Rag = Rag()
    scope: Rag = Rag()
    budget: Rag = Rag()
    partial: bool = False
    """Whether an axis is unknown, so that `overall` is told by the others."""
    track_record: Mapping[str, Mapping[str, CameTrue]] = field(default_factory=lambda: EMPTY)
    """axis → colour → how often it came true in the portfolio's own closed engagements."""
    overrides: Mapping[str, ColourOverride] = field(default_factory=lambda: EMPTY)
    """Colours that a person's order publishes in place of the computed ones, by axis or `overall`."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a story comes to: working days late, hours over, money at stake; None where it can't be known."""

    days: int | None = None
    hours: float | None = None
    money: float | None = None


@dataclass(frozen=True, slots=True)
class Gain:
    """What the forecast says when the action is taken, by the same trials: differences, and the new chance to be on time."""

    days: int | None = None
    hours: float | None = None
    money: float | None = None
    on_time_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """What risks with one cause come to, and the cheapest way out: the rules stay the evidence."""

    id: str
    severity: str
    headline: Text
    cause: Text
    consequence: Consequence = Consequence()
    evidence: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    action: Text = ""
    gain: Gain | None = None
    owner: str | None = None
    due: date | None = None
