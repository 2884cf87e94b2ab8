"""Every name that a config may use: thresholds with their defaults, and the ids of the risk rules."""

from __future__ import annotations

from bot.config import Vocabulary
from bot.derive.thresholds import RAG_THRESHOLDS


def vocabulary() -> Vocabulary:
    """All thresholds and rules that any derivation declares."""
    return Vocabulary(dict(RAG_THRESHOLDS), ())
