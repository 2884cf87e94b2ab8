"""The words with a fixed set of values. They are strings too: JSON, templates and configs read them as they are."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

EPIC: Final = "epic"
"""The type of work item that holds others. GitLab lets people make up types: the set of the others is open."""


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

    @property
    def is_given(self) -> bool:
        """Whether the customer accepted it, by word or by silence."""
        return self in (AcceptanceState.ACCEPTED, AcceptanceState.PASSIVELY_ACCEPTED)


class RaidKind(StrEnum):
    """What an entry of the RAID register is."""

    RISK = "risk"
    ACTION = "action"
    ISSUE = "issue"
    DECISION = "decision"


class Audience(StrEnum):
    """Who reads a place: our own people alone, or the customer too."""

    INTERNAL = "internal"
    CUSTOMER = "customer"


class ItemState(StrEnum):
    """GitLab's state of an issue, a task or an epic."""

    OPENED = "opened"
    CLOSED = "closed"


class TimeboxState(StrEnum):
    """GitLab's state of a milestone."""

    ACTIVE = "active"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a closed item ended."""

    DONE = "done"
    DROPPED = "dropped"


class BookingKind(StrEnum):
    """How sure a booking is."""

    HARD = "hard"
    SOFT = "soft"


class ChangeOrderState(StrEnum):
    """Where a change order stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


class RaidMovement(StrEnum):
    """What happened to an entry of the RAID register of late."""

    NEW = "new"
    WORSE = "worse"
    CLOSED = "closed"


class RiskSource(StrEnum):
    """Where a risk comes from: people wrote it down, or a rule found it."""

    REGISTER = "register"
    DERIVED = "derived"


class ValueBasis(StrEnum):
    """The unit in which work is valued."""

    COUNT = "count"
    HOURS = "hours"
    WEIGHT = "weight"


class ForecastBasis(StrEnum):
    """What a forecast of the finish rests on: the team's own pace, the dates set, finished work like it, or nothing."""

    THROUGHPUT = "throughput"
    SCHEDULE = "schedule"
    REFERENCE = "reference"
    NONE = "none"


class AxisName(StrEnum):
    """What a status colour is about."""

    OVERALL = "overall"
    SCHEDULE = "schedule"
    SCOPE = "scope"
    BUDGET = "budget"


class ApprovalMode(StrEnum):
    """Whether a person approves a customer's text before it is posted."""

    REQUIRED = "required"
    NONE = "none"


class DigestKind(StrEnum):
    """What a digest outside GitLab tells: of all engagements, of a PM's own, or a customer's approved status."""

    PORTFOLIO = "portfolio"
    MINE = "mine"
    CUSTOMER = "customer"


class Better(StrEnum):
    """Who was nearer to what came."""

    PERSON = "person"
    PSBOT = "psbot"
    SAME = "same"


class Basis(StrEnum):
    """Where the computed value is taken from: a report of that day, or the replay of the day."""

    PUBLISHED = "published"
    REPLAYED = "replayed"
