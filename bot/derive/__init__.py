"""Derivation: pure functions from what was read, as of a day, to what the reports say."""

from bot.derive.pipeline import derive_portfolio

__all__ = ["derive_portfolio"]
