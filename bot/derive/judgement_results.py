"""How people's judgement did against the computed, once the truth is known."""

from __future__ import annotations

from datetime import date

from bot.domain.frozen import frozen
from bot.domain.vocabulary import Basis, Better


@frozen
class Judgement:
    """One thing that a person said by order, what was computed that day, and what came.

    `kind` is finish, revenue or colour, `what` the finish, a fiscal quarter or an axis. `gain`: how much nearer the person was,
    in working days or money (negative: farther); None for colours.
    """

    kind: str
    what: str
    by: str
    at: date
    said: str
    computed: str
    came: str
    better: Better
    gain: float | None = None
    basis: Basis = Basis.REPLAYED


@frozen
class JudgementScore:
    """People against psbot: of `of` cases, in how many who was nearer, and by how much people were (median of those)."""

    of: int
    person: int
    psbot: int
    gain: float | None = None
    loss: float | None = None
    """By how much psbot was nearer, in the median of its cases."""
