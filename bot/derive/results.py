"""What is derived: frozen values that `status --json` prints and the reports read.

Numbers that can't be known are None, never a guess or NaN. Ratios are plain (0.41, not 41). Hours are hours, money is in
the portfolio's currency, `percent` is a ratio too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.derive.billing_results import BillingLine
from bot.derive.forecast_results import CapacityWeek as CapacityWeek
from bot.derive.forecast_results import Driver as Driver
from bot.derive.forecast_results import Forecast as Forecast
from bot.derive.forecast_results import MilestoneForecast as MilestoneForecast
from bot.derive.forecast_results import PortfolioQuarter as PortfolioQuarter
from bot.derive.forecast_results import PortfolioRevenue as PortfolioRevenue
from bot.derive.forecast_results import Quantiles as Quantiles
from bot.derive.forecast_results import QuarterRevenue as QuarterRevenue
from bot.derive.forecast_results import Waterfall as Waterfall
from bot.derive.judgement_results import Judgement, JudgementScore
from bot.derive.order_results import ManagerForecast, MutedRisk, OrderEntry, ReturnedRisk, SlipCause
from bot.derive.status_results import Ask, NextStep
from bot.derive.status_results import Rag as Rag
from bot.derive.status_results import Reason as Reason
from bot.derive.status_results import Status as Status
from bot.derive.status_results import Story as Story
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import EMPTY, Titled
from bot.domain.vocabulary import (
    AcceptanceState,
    ChangeOrderState,
    Colour,
    ItemState,
    MilestoneState,
    Phase,
    RaidKind,
    RaidMovement,
    RiskSource,
    Severity,
    ValueBasis,
)

RAGS: tuple[str, ...] = tuple(Colour)
SEVERITIES: tuple[Severity, ...] = tuple(Severity)


@frozen
class Progress:
    """EV basis and progress: `done` of `total` in `basis` units."""

    basis: ValueBasis = ValueBasis.COUNT
    percent: float | None = None
    done: float = 0.0
    total: float = 0.0
    items_done: int = 0
    items_total: int = 0
    values: Mapping[str, float] = field(default_factory=lambda: EMPTY)
    """Value of each work item by reference, in `basis` units (not in the JSON)."""


@frozen
class MilestoneStatus:
    """A milestone against its baseline. `slip_days` are working days, negative = early."""

    title: str
    ref: str = ""
    baseline: date | None = None
    due: date | None = None
    forecast: date | None = None
    forecast_p80: date | None = None
    on_time_probability: float | None = None
    closed: date | None = None
    slip_days: int | None = None
    state: MilestoneState = MilestoneState.ON_TRACK
    items_open: int = 0
    items_total: int = 0
    web_url: str = ""


@frozen
class Slip(Titled):
    """A due date that moved: by whom is not known to the API, by how many working days is."""

    previous: date | None
    new: date | None
    on: date
    days: int | None


@frozen
class Schedule:
    """Planned and earned value in `basis` units, SPI, SPI(t); milestones; critical path; slip ledger."""

    planned_value: float | None = None
    earned_value: float | None = None
    spi: float | None = None
    spi_t: float | None = None
    earned_schedule_days: float | None = None
    baseline_finish: date | None = None
    milestones: tuple[MilestoneStatus, ...] = ()
    critical_path: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()
    days_lost_by_month: Mapping[str, int] = field(default_factory=lambda: EMPTY)
    delays: tuple[Slip, ...] = ()
    """The slips of which `days_lost_by_month` is the sum (not in the JSON)."""
    planned: Mapping[str, date] = field(default_factory=lambda: EMPTY)
    """Planned finish of each dated work item by reference (not in the JSON)."""


@frozen
class ChangeOrder(Titled):
    """A change order issue: its state by label, hours, value, new end, and days from proposal to decision."""

    state: ChangeOrderState
    hours: float = 0.0
    value: float = 0.0
    end: date | None = None
    opened: date | None = None
    decided: date | None = None
    cycle_days: int | None = None
    web_url: str = ""


@frozen
class Scope:
    """Scope against its baseline. `growth` is a ratio of value; the counts are items, 0 without a `baseline_day`."""

    baseline_items: int = 0
    baseline_value: float = 0.0
    added: int = 0
    removed: int = 0
    added_value: float = 0.0
    growth: float | None = None
    change_orders: tuple[ChangeOrder, ...] = ()
    approved_hours: float = 0.0
    pending_hours: float = 0.0
    approved_value: float = 0.0
    pending_value: float = 0.0
    hints: tuple[Reason, ...] = ()
    baseline_day: date | None = None
    dropped: int = 0
    """Of the removed: closed without being done. The others are gone from GitLab."""
    dropped_hours: float = 0.0
    """Hours that were spent on what was dropped."""


@frozen
class Budget:
    """Hours and money against budget. `hours_budget` is BAC incl. approved change orders."""

    hours_budget: float | None = None
    hours_spent: float = 0.0
    hours_billable: float = 0.0
    burn: float | None = None
    cpi: float | None = None
    tcpi: float | None = None
    eac_hours: float | None = None
    runs_out: date | None = None
    weekly_pace: float | None = None
    money_budget: float | None = None
    money_spent: float | None = None
    hours_difference: float | None = None


@frozen
class Acceptance:
    """A billing milestone on its way to Finance. `last_safe_sending` is for the quarter it is due in."""

    milestone: str
    amount: float | None = None
    state: AcceptanceState = AcceptanceState.OPEN
    sent: date | None = None
    passive_on: date | None = None
    accepted_on: date | None = None
    last_safe_sending: date | None = None
    due: date | None = None
    evidence: tuple[str, ...] = ()
    accepted_by: str | None = None
    """Who said that it is accepted: by an order, or the customer's 👍; the address of that stands in `proof`."""
    proof: str = ""


@frozen
class RaidEntry(Titled):
    """A RAID issue: `kind` risk|action|issue|decision; `score` is impact × probability, 1 to 25; `level` by it."""

    kind: RaidKind
    state: ItemState = ItemState.OPENED
    impact: int | None = None
    probability: int | None = None
    score: int | None = None
    level: Severity | None = None
    owner: str | None = None
    mitigation: str | None = None
    review: date | None = None
    due: date | None = None
    age_days: int | None = None
    closed: date | None = None
    movement: RaidMovement | None = None
    """new, worse, closed since the last week, else None."""
    missing: tuple[Text, ...] = ()
    escalated: bool = False
    confidential: bool = False
    web_url: str = ""


@frozen
class Risk:
    """A risk, from the register or derived by a rule: what, why it matters, evidence, and what to do."""

    rule: str
    source: RiskSource
    severity: Severity
    message: Text
    evidence: tuple[str, ...] = ()
    action: Text = ""
    score: int | None = None
    owner: str | None = None


@frozen
class Escalation:
    """An open escalation; `update_due` by the cadence of its severity."""

    ref: str
    title: str = ""
    severity: Severity = Severity.MEDIUM
    age_days: int = 0
    update_due: date | None = None
    overdue: bool = False
    has_path_to_green: bool = False
    has_exit_criteria: bool = False
    owner: str | None = None
    web_url: str = ""


@frozen
class Gap:
    """A gate that is not passed: which check, what is missing, where."""

    check: str
    message: Text
    evidence: tuple[str, ...] = ()


@frozen
class Compliance:
    """Share of the applicable gates that are passed (0 to 1, None when none applies), and those that are not."""

    score: float | None = None
    missing: tuple[Gap, ...] = ()
    applicable: int = 0


@frozen
class Completion:
    """The completion checklist of an engagement; None = can't be known. `days_to_ready`: working days to ready for Finance."""

    sign_off: bool | None = None
    time_complete: bool | None = None
    change_orders_executed: bool | None = None
    retro: bool | None = None
    csat: float | None = None
    completed_on: date | None = None
    ready_on: date | None = None
    days_to_ready: int | None = None


@dataclass(frozen=True)
class EngagementDerived:
    """Everything derived of one engagement."""

    ref: str
    title: str = ""
    customer: str = ""
    web_url: str = ""
    phase: Phase = Phase.ACTIVE
    progress: Progress = field(default_factory=Progress)
    status: Status = field(default_factory=Status)
    schedule: Schedule = field(default_factory=Schedule)
    scope: Scope = field(default_factory=Scope)
    budget: Budget = field(default_factory=Budget)
    forecast: Forecast = field(default_factory=Forecast)
    acceptance: tuple[Acceptance, ...] = ()
    completion: Completion = field(default_factory=Completion)
    invoicing: tuple[BillingLine, ...] = ()
    raid: tuple[RaidEntry, ...] = ()
    risks: tuple[Risk, ...] = ()
    stories: tuple[Story, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    compliance: Compliance = field(default_factory=Compliance)
    muted: tuple[MutedRisk, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    """People's orders about what is known by now, beside what was computed."""
    returned: tuple[ReturnedRisk, ...] = ()
    """Risks whose mute ended in the last week."""
    manager: tuple[ManagerForecast, ...] = ()
    causes: tuple[SlipCause, ...] = ()
    orders: tuple[OrderEntry, ...] = ()
    steps: tuple[NextStep, ...] = ()
    """All that is open, in the order in which it comes (not in the JSON)."""
    asks: tuple[Ask, ...] = ()
    """Decisions and help that others owe."""
    end: date | None = None
    """The end of the SOW, moved by approved change orders."""
    errors: tuple[Text, ...] = ()


@frozen
class PortfolioDerived:
    """The portfolio: counts, rates (None when nothing completed), revenue, capacity. Groupings are by name."""

    engagements: int = 0
    rag: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(RAGS, 0))
    revenue: Mapping[str, PortfolioQuarter] = field(default_factory=lambda: EMPTY)
    revenue_by: Mapping[str, Mapping[str, Mapping[str, QuarterRevenue]]] = field(default_factory=lambda: EMPTY)
    """grouping (region|partner|pm) → name → quarter → revenue."""
    revenue_by_month: Mapping[str, PortfolioQuarter] = field(default_factory=lambda: EMPTY)
    """The calendar month that ended and those of the running and the next quarter (`2026-10`)."""
    on_time_rate: float | None = None
    on_budget_rate: float | None = None
    utilisation: float | None = None
    utilisation_by: Mapping[str, float] = field(default_factory=lambda: EMPTY)
    capacity: tuple[CapacityWeek, ...] = ()
    rag_by: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=lambda: EMPTY)
    """grouping → name → colour → engagements."""
    judged: Mapping[str, JudgementScore] = field(default_factory=lambda: EMPTY)
    """People against psbot, by what they said: finish, revenue, colour."""
    waterfall: Waterfall | None = None
    """Of the running quarter, or of the one that ends today; None where no forecast stood at its start."""


@frozen
class Derived:
    """The result of `derive_portfolio`: as of which day, in which currency, engagements worst first."""

    as_of: date
    currency: str
    engagements: tuple[EngagementDerived, ...] = ()
    portfolio: PortfolioDerived = PortfolioDerived()
    failures: tuple[Text, ...] = ()
    orders: tuple[OrderEntry, ...] = ()
    """Orders on roll-ups that name no engagement."""

    @property
    def running(self) -> tuple[EngagementDerived, ...]:
        """What is not complete: the engagements whose colours every portfolio report counts."""
        return tuple(e for e in self.engagements if e.phase != Phase.COMPLETE)
