"""How much of a day is derived: of past days only what somebody asks for."""

from __future__ import annotations

from enum import IntEnum


class Depth(IntEnum):
    """Each holds what the one before it holds, to the same values."""

    NAMES = 0
    """Which engagements are reported, and what of them could not be read."""
    STATUS = 1
    """Phase, completion, escalations and the colours as published: what trends show."""
    FIGURES = 2
    """All but the stories: what a report compares with."""
    ALL = 3
