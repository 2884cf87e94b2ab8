"""What can be billed: lines for Finance. Money is in the contract's currency."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from bot.domain.frozen import frozen
from bot.domain.messages import NOTHING, Text


class Billing(StrEnum):
    """Where a line stands on its way to the customer's invoice."""

    READY = "ready"
    BLOCKED = "blocked"
    """Earned, but something has to happen before it can be billed."""
    LEAK = "leak"
    """Nobody will pay for it as things stand."""
    INVOICED = "invoiced"


@frozen
class BillingLine:
    """One line: of a person's hours in a month, a billing milestone, or the whole contract.

    `month` is the one in which it was earned (`2026-11`); `amount` is None where no rate or amount is known.
    """

    month: str
    kind: str
    """hours, milestone or contract."""
    what: str
    state: Billing
    hours: float = 0.0
    amount: float | None = None
    reason: Text = NOTHING
    since: date | None = None
    """The day on which the oldest of it was earned."""
    evidence: tuple[str, ...] = ()
