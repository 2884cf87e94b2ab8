"""What an hour is worth."""

from __future__ import annotations

from collections.abc import Mapping

from bot.config import FinanceSettings
from bot.domain.model import Facts


def is_foreign(facts: Facts, finance: FinanceSettings) -> bool:
    """Whether the contract is in another currency than the reports: there are no exchange rates."""
    return (facts.currency or finance.currency).upper() != finance.currency.upper()


def hourly_rate(facts: Facts, user: str, finance: FinanceSettings) -> float | None:
    """The contract's (`rate`, or value ÷ hours), else the person's of the config, else its `default`; None where none is known.

    The config's rates are in the reports' currency: they say nothing of a contract in another one.
    """
    if facts.hourly_rate is not None:
        return facts.hourly_rate
    return None if is_foreign(facts, finance) else _own_rate(user, finance.rates)


def _own_rate(user: str, rates: Mapping[str, float]) -> float | None:
    """GitLab ignores the letter case of usernames."""
    folded = user.casefold()
    return next((rate for name, rate in rates.items() if name.casefold() == folded), rates.get("default"))
