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


class BillingType(StrEnum):
    """How the customer is billed."""

    TIME_AND_MATERIALS = "time_and_materials"
    FIXED_PRICE = "fixed_price"
    MILESTONE = "milestone"


class Recognition(StrEnum):
    """When revenue is earned."""

    AS_DELIVERED = "as_delivered"
    PERCENT_COMPLETE = "percent_complete"
    ON_ACCEPTANCE = "on_acceptance"
    ON_COMPLETION = "on_completion"


class MilestoneState(StrEnum):
    """Where a milestone stands against its due date."""

    DONE = "done"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    LATE = "late"


class AcceptanceState(StrEnum):
    """Where the sign-off of a billing milestone stands."""

    OPEN = "open"
    READY = "ready"
    SENT = "sent"
    ACCEPTED = "accepted"
    PASSIVELY_ACCEPTED = "passively_accepted"


class RaidKind(StrEnum):
    """What an entry of the RAID register is."""

    RISK = "risk"
    ACTION = "action"
    ISSUE = "issue"
    DECISION = "decision"


class Better(StrEnum):
    """Who was nearer to what came."""

    PERSON = "person"
    PSBOT = "psbot"
    SAME = "same"


class Basis(StrEnum):
    """Where the computed value is taken from: a report of that day, or the replay of the day."""

    PUBLISHED = "published"
    REPLAYED = "replayed"
