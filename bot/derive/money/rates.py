"""What an hour is worth."""

from __future__ import annotations

from bot.config import FinanceSettings
from bot.domain.model import Facts


def hourly_rate(facts: Facts, user: str, finance: FinanceSettings) -> float | None:
    """The contract's (`rate`, or value ÷ hours), else the user's or the default rate of the config; None where none is known."""
    contract = facts.hourly_rate
    return contract if contract is not None else finance.rates.get(user, finance.rates.get("default"))
