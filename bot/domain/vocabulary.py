"""The words with a fixed set of values. They are strings too: JSON, templates and configs read them as they are."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """Where an engagement stands in its life."""

    NOT_STARTED = "not_started"
    ACTIVE = "active"
    COMPLETE = "complete"


class Colour(StrEnum):
    """A status colour; unknown where the evidence is too thin for any other."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How grave a risk or an escalation is, the least first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
