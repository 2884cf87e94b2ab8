"""A small portfolio that shows everything a template may meet: full, empty, complete, hostile. For `check` and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from bot.config import Settings, Vocabulary, settings_model
from bot.derive import results as r
from bot.derive.billing_results import Billing, BillingLine
from bot.derive.decisions.asks import derive_asks
from bot.derive.decisions.due import Due
from bot.derive.decisions.next_steps import derive_steps
from bot.derive.decisions.owners import with_owner
from bot.derive.decisions.stories import derive_stories
from bot.derive.money.invoicing import UNSIGNED
from bot.derive.pipeline import with_default_thresholds
from bot.derive.subject import Subject
from bot.domain import vocabulary as v
from bot.domain.calendar import WorkCalendar
from bot.domain.model import (
    Engagement,
    Facts,
    Item,
    Milestone,
    MilestoneFact,
    PastReport,
    Portfolio,
    Reply,
    TimeLog,
    as_of,
)
from bot.report.context import ReportContext
from bot.report.environment import Templates
from bot.report.registry import ReportPlace, config_sections, kinds_at, kinds_of_reports
from bot.report.schedule import forced

DAY = date(2026, 11, 19)
SLIPPED = date(2026, 11, 17)
HOST = "https://gitlab.example.com"
RED, YELLOW = "acme/ps-internal&7", "acme/ps-internal&8"
DONE, EMPTY_ONE = "acme/ps-internal&5", "acme/ps-internal&9"
WORK = "acme/customers/northwind/sow-1234"
SAMPLE_PROJECT = "acme/ps-internal/reports"


def sample_contexts(templates: Templates, settings: Settings | None = None) -> list[tuple[Due, ReportContext]]:
    """Each report with a context to render it for: the sample portfolio, and an empty one."""
    full = sample_context(templates, _with_places(settings) if settings else sample_settings())
    empty = ReportContext(
        Portfolio(),
        full.settings,
        full.calendar,
        lambda day: r.Derived(day, "USD"),
        templates,
        full.audience_of,
        partner="Globex",
    )
    return [(due, context) for context in (full, empty) for due in sample_dues()]


def _with_places(settings: Settings) -> Settings:
    """The settings with a project for each report that has none: its template is tried all the same."""
    missing = {kind: section for kind, section in settings.reports.issues() if not section.project}
    placed = {kind: section.model_copy(update={"project": SAMPLE_PROJECT}) for kind, section in missing.items()}
    return settings.model_copy(update={"reports": settings.reports.model_copy(update=placed)})


def sample_dues(day: date = DAY) -> list[Due]:
    """Every declared report: its running period, or the last one that ended."""
    return [forced(sample_settings(), WorkCalendar(), kind, None, day) for kind in kinds_of_reports()]


@cache
def sample_settings() -> Settings:
    issues = {kind: {"project": SAMPLE_PROJECT} for kind in kinds_at(ReportPlace.PORTFOLIO)}
    return settings_model(Vocabulary(reports=config_sections())).model_validate(
        {
            "portfolio": {"namespaces": {"acme/ps-internal": "internal", "acme/customers": "customer"}},
            "finance": {"targets": {"FY27-Q3": 200_000, "FY27-Q4": 450_000}},
            "reports": {
                "status": {"customer": {"enabled": True, "approvers": ["dana"]}},
                **issues,
            },
        }
    )


def sample_context(templates: Templates, settings: Settings) -> ReportContext:
    return ReportContext(
        portfolio=sample_portfolio(),
        settings=settings,
        calendar=WorkCalendar(),
        derive=sample_derived,
        templates=templates,
        audience_of=settings.audience_of,
        past=sample_past(),
        partner="Globex",
    )


@cache
def sample_portfolio() -> Portfolio:
    return Portfolio((_northwind(), _initech(), _umbrella(), Engagement(EMPTY_ONE, "Untitled")), _at(DAY))


MONTHS = {
    "2026-10": r.PortfolioQuarter(None, 43_000, 43_000, 43_000, 43_000, 0, 46_000, -0.0652),
    "2026-11": r.PortfolioQuarter(None, 20_000, 90_000, 80_000, 105_000, 0, 95_000, None),
    "2026-12": r.PortfolioQuarter(None, 0, 160_000, 120_000, 190_000),
    "2027-01": r.PortfolioQuarter(None, 0, 130_000, 70_000, 180_000),
}


@cache
def sample_derived(day: date) -> r.Derived:
    """The sample as of `day`: before 17 November the cut-over had not slipped yet."""
    early = day < SLIPPED
    made = (
        _northwind_derived(early),
        _initech_derived(),
        r.EngagementDerived(EMPTY_ONE, "Untitled"),
        _umbrella_derived(),
    )
    sold = {e.ref: e for e in as_of(sample_portfolio(), day, UTC).engagements}
    engagements = tuple(_decided(sold[e.ref], e, day) for e in made if e.ref in sold)
    now = r.PortfolioQuarter(450_000, 120_000, 380_000, 340_000, 420_000, 60_000, 400_000, -0.05)
    ended = r.PortfolioQuarter(200_000, 190_000, 190_000, 190_000, 190_000, 0, 205_000, -0.073)
    portfolio = r.PortfolioDerived(
        engagements=4,
        rag={"green": 1, "yellow": 1, "red": 1, "unknown": 1},
        revenue={"FY27-Q3": ended, "FY27-Q4": now},
        revenue_by_month=MONTHS,
        on_time_rate=0.5,
        on_budget_rate=1.0,
        utilisation=0.68,
        capacity=(r.CapacityWeek("lee", "2026-W48", 52, 40),),
    )
    return r.Derived(day, "USD", engagements, portfolio, ("acme/customers/soylent: 403 Forbidden",))


def _decided(engagement: Engagement, made: r.EngagementDerived, day: date) -> r.EngagementDerived:
    """What derive decides on the grounds of the rest: the agreed end, next steps, asks, stories."""
    derived = replace(made, end=engagement.facts.end)
    subject = Subject(engagement, day, WorkCalendar(), with_default_thresholds(sample_settings()), derived)
    owned = tuple(with_owner(subject, risk) for risk in derived.risks)
    subject = subject.advance(replace(derived, risks=owned))
    decided = replace(subject.derived, steps=derive_steps(subject), asks=derive_asks(subject))
    return replace(decided, stories=derive_stories(subject.advance(decided), lambda _: None))


def sample_past() -> tuple[PastReport, ...]:
    payload: Mapping[str, object] = {
        "v": 1,
        "status": {"overall": "green", "schedule": "green", "scope": "green", "budget": "green"},
        "next_steps": [f"{WORK}#11", f"{WORK}#12"],
    }
    reply = Reply("dana", "Customer's security review is booked for Monday.", _at(date(2026, 10, 16)))
    notes = "Steering moved to Thursday."
    return (
        PastReport("status", v.Audience.INTERNAL, "2026-W42", RED, payload, f"{HOST}/n/42", "", (reply,)),
        PastReport("status", v.Audience.INTERNAL, "2026-W46", RED, payload, f"{HOST}/n/46", notes, (reply,)),
        PastReport("portfolio", v.Audience.INTERNAL, "2026-W46", None, {}, f"{HOST}/i/46"),
        PastReport("monthly", v.Audience.INTERNAL, "2026-09", None, {}, f"{HOST}/i/9"),
    )


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _item(number: int, title: str, **more: object) -> Item:
    ref = f"{WORK}#{number}"
    values: dict[str, object] = {
        "created_at": _at(date(2026, 9, 1)),
        "web_url": f"{HOST}/{WORK}/-/issues/{number}",
        **more,
    }
    return Item(ref, title, **values)  # type: ignore[arg-type]


def _northwind() -> Engagement:
    facts = Facts(
        customer="Northwind", sow="SOW-1234", region="EMEA", pm="dana", architect="lee", partner="Globex",
        billing=v.BillingType.MILESTONE, value=180_000, hours=720, start=date(2026, 9, 1), end=date(2026, 12, 18),
        milestones=(MilestoneFact("Discovery", date(2026, 10, 2), 40_000), MilestoneFact("Cut-over", date(2026, 12, 4), 140_000)),
        internal=RED, customer_channel=f"{WORK}#1", key=True,
    )  # fmt: skip
    items = (
        _item(10, "Inventory of repositories", state="closed", closed_at=_at(date(2026, 10, 1)), milestone="Discovery"),
        _item(11, "Migrate wave 1", due_date=date(2026, 11, 13), state="closed", closed_at=_at(date(2026, 11, 17)), milestone="Cut-over", assignees=("lee",)),
        _item(12, "Runner fleet | autoscaling", due_date=date(2026, 11, 16), milestone="Cut-over", assignees=("lee", "kim")),
        _item(13, "Migrate wave 2 @all", due_date=date(2026, 11, 27), milestone="Cut-over", blocked_by=(f"{WORK}#12",)),
        _item(14, "Firewall opening", due_date=date(2026, 11, 24), labels=("waiting::customer",)),
        _item(15, "Confidential estimate", due_date=date(2026, 11, 25), confidential=True),
        _item(20, "Single sign-on not ready", labels=("PS RAID Log", "PS Risk"), assignees=("kim",)),
        _item(21, "Extra repositories", labels=("change-order::proposed",)),
        _item(22, "Accept the discovery", state="closed", closed_at=_at(date(2026, 10, 9)), labels=("acceptance",)),
    )  # fmt: skip
    milestones = tuple(
        Milestone(title, f'{WORK}%"{title}"', None, due, v.TimeboxState.ACTIVE, None, f"{HOST}/{WORK}/-/milestones/{n}")
        for n, (title, due) in enumerate((("Discovery", date(2026, 10, 2)), ("Cut-over", date(2026, 12, 11))), 1)
    )
    logs = (
        TimeLog(items[0].ref, "lee", date(2026, 10, 1), 200.0),
        TimeLog(items[1].ref, "lee", date(2026, 11, 12), 190.0),
    )
    return Engagement(
        RED, "Northwind: migration to GitLab", f"{HOST}/groups/{RED}", facts=facts, items=items, milestones=milestones,
        timelogs=logs, labels=("PSProject",), created_at=_at(date(2026, 8, 20)), errors=("group/secret#4: 404 Not Found",),
    )  # fmt: skip


def _northwind_derived(early: bool) -> r.EngagementDerived:
    slip = (f'{WORK}%"Cut-over"',)
    yellow = r.Rag(
        v.Colour.YELLOW, (r.Reason("Milestone Cut-over is forecast 5 working days after its baseline", slip),)
    )
    green = r.Rag(v.Colour.GREEN, (r.Reason("CPI 1.02"),))
    finish = r.Quantiles(date(2026, 12, 7), date(2026, 12, 11), date(2026, 12, 16), date(2026, 12, 23))
    milestones = (
        r.MilestoneStatus(
            "Discovery",
            f'{WORK}%"Discovery"',
            date(2026, 10, 2),
            date(2026, 10, 2),
            None,
            None,
            None,
            date(2026, 10, 1),
            -1,
            v.MilestoneState.DONE,
            0,
            1,
        ),
        r.MilestoneStatus(
            "Cut-over",
            f'{WORK}%"Cut-over"',
            date(2026, 12, 4),
            date(2026, 12, 4 if early else 11),
            date(2026, 12, 11),
            date(2026, 12, 16),
            0.55,
            None,
            0 if early else 5,
            v.MilestoneState.ON_TRACK if early else v.MilestoneState.AT_RISK,
            2,
            3,
        ),
    )
    risks = (
        r.Risk("single-sign-on", v.RiskSource.REGISTER, v.Severity.HIGH, "Single sign-on not ready", (f"{WORK}#20",), "Escalate to the customer's identity team", 16, "kim"),
        r.Risk("overdue", v.RiskSource.DERIVED, v.Severity.MEDIUM, "1 item is overdue", (f"{WORK}#12",), "Agree a new date, or reassign"),
        r.Risk("undated", v.RiskSource.DERIVED, v.Severity.LOW, "2 items have no due date", (), "Date them"),
    )  # fmt: skip
    order = r.ChangeOrder(
        f"{WORK}#21", "Extra repositories", v.ChangeOrderState.PROPOSED, 40, 10_000, date(2027, 1, 8), date(2026, 11, 3)
    )
    revenue = {
        "FY27-Q3": r.QuarterRevenue(40_000, 40_000, 40_000, 40_000),
        "FY27-Q4": r.QuarterRevenue(0, 140_000, 0, 140_000, 10_000),
    }
    raid = r.RaidEntry(
        f"{WORK}#20",
        "Single sign-on not ready",
        v.RaidKind.RISK,
        v.ItemState.OPENED,
        4,
        4,
        16,
        v.Severity.HIGH,
        "kim",
        "Weekly call",
        date(2026, 11, 26),
        movement=v.RaidMovement.NEW,
    )
    decision = r.RaidEntry(
        f"{WORK}#23", "Which region hosts the runners", v.RaidKind.DECISION, owner="dana", due=date(2026, 11, 25)
    )
    decided = r.RaidEntry(
        f"{WORK}#25",
        "One group per business unit",
        v.RaidKind.DECISION,
        v.ItemState.CLOSED,
        owner="dana",
        closed=date(2026, 10, 20),
    )
    by_month = {
        "2026-10": r.QuarterRevenue(40_000, 40_000, 40_000, 40_000),
        "2026-11": r.QuarterRevenue(0, 0, 0, 0),
        "2026-12": r.QuarterRevenue(0, 90_000, 0, 140_000),
    }
    billing = (
        BillingLine("2026-10", "milestone", "Discovery", Billing.READY, 0.0, 40_000, "accepted", date(2026, 10, 9)),
        BillingLine("2026-10", "hours", "lee", Billing.LEAK, 12.0, 3_000, UNSIGNED, date(2026, 10, 7)),
    )
    escalation = r.Escalation(f"{WORK}#24", "Cut-over date", v.Severity.HIGH, 3, date(2026, 11, 20), True, owner="dana")
    return r.EngagementDerived(
        RED, "Northwind: migration to GitLab", "Northwind", f"{HOST}/groups/{RED}", v.Phase.ACTIVE,
        r.Progress(v.ValueBasis.HOURS, 0.2 if early else 0.4, 100 if early else 200, 500, 1 if early else 2, 5, {f"{WORK}#{n}": 100.0 for n in range(10, 15)}),
        r.Status(v.Colour.GREEN if early else v.Colour.YELLOW, v.Colour.GREEN, v.Colour.YELLOW, r.Rag(v.Colour.GREEN, (r.Reason("SPI 0.97"),)) if early else yellow, green, green),
        r.Schedule(0.55, 0.52, 0.95, 0.94, None, date(2026, 12, 4), milestones, (f"{WORK}#12", f"{WORK}#13")),
        r.Scope(20, 700, 2, 0, 20, 0.03, (order,), 0, 40, 0, 10_000),
        r.Budget(720, 200 if early else 390, 390, 0.54, 0.96, 1.05, 750, date(2026, 12, 30), 40, 180_000, 97_500, 4.0),
        r.Forecast(finish, 0.62, r.Quantiles(700, 750, 790, 830), revenue=revenue, revenue_by_month=by_month, basis=v.ForecastBasis.THROUGHPUT, history_weeks=11),
        (
            r.Acceptance("Discovery", 40_000, v.AcceptanceState.PASSIVELY_ACCEPTED, date(2026, 10, 5), date(2026, 10, 9), date(2026, 10, 9), evidence=(f"{WORK}#22",)),
            r.Acceptance("Cut-over", 140_000, v.AcceptanceState.OPEN if early else v.AcceptanceState.READY, last_safe_sending=date(2027, 1, 25), due=date(2026, 12, 11)),
        ),
        invoicing=billing,
        raid=(raid, decision, decided),
        risks=risks,
        escalations=() if early else (escalation,),
        compliance=r.Compliance(0.8, (r.Gap("raid", "1 risk has no review date", (f"{WORK}#20",)),), 5),
        errors=("group/secret#4: 404 Not Found",),
    )  # fmt: skip


def _initech() -> Engagement:
    facts = Facts(
        customer="Initech", sow="SOW-77", pm="sam", billing=v.BillingType.TIME_AND_MATERIALS, hours=200, rate=250,
        partner="Globex",
    )  # fmt: skip
    return Engagement(
        YELLOW, "Initech: runners", f"{HOST}/groups/{YELLOW}", facts=facts, created_at=_at(date(2026, 10, 1))
    )


def _initech_derived() -> r.EngagementDerived:
    red = r.Rag(v.Colour.RED, (r.Reason("220 of 200 hours are used with work still open"),))
    return r.EngagementDerived(
        YELLOW, "Initech: runners", "Initech", f"{HOST}/groups/{YELLOW}", v.Phase.ACTIVE,
        status=r.Status(v.Colour.RED, v.Colour.GREEN, None, r.Rag(), r.Rag(v.Colour.GREEN), red),
        budget=r.Budget(200, 220, 220, 1.1, 0.8, None, 250, date(2026, 11, 10)),
        risks=(r.Risk("over-budget", v.RiskSource.DERIVED, v.Severity.CRITICAL, "More hours are used than sold", (), "Raise a change order"),),
    )  # fmt: skip


def _umbrella() -> Engagement:
    facts = Facts(
        customer="Umbrella", sow="SOW-9", pm="dana", billing=v.BillingType.FIXED_PRICE, hours=100,
        start=date(2026, 8, 3), end=date(2026, 10, 30),
    )  # fmt: skip
    item = Item(
        "acme/ps-internal/x#1",
        "Lesson: size the runners first",
        state=v.ItemState.CLOSED,
        closed_at=_at(date(2026, 10, 20)),
        labels=("llProduct",),
    )
    win = Item(
        "acme/ps-internal/x#2", "Went live a week early", labels=("ProjectWin",), created_at=_at(date(2026, 10, 21))
    )
    return Engagement(
        DONE, "Umbrella: health check", f"{HOST}/groups/{DONE}", v.ItemState.CLOSED, _at(DAY - timedelta(days=20)),
        _at(date(2026, 8, 1)), facts=facts, items=(item, win),
    )  # fmt: skip


def _umbrella_derived() -> r.EngagementDerived:
    done = date(2026, 10, 30)
    finish = r.Quantiles(done, done, done, done)
    return r.EngagementDerived(
        DONE, "Umbrella: health check", "Umbrella", f"{HOST}/groups/{DONE}", v.Phase.COMPLETE,
        r.Progress(v.ValueBasis.COUNT, 1.0, 8, 8, 8, 8),
        r.Status(v.Colour.GREEN, None, v.Colour.GREEN, r.Rag(v.Colour.GREEN), r.Rag(v.Colour.GREEN), r.Rag(v.Colour.GREEN)),
        r.Schedule(baseline_finish=done),
        budget=r.Budget(100, 92, 92, 0.92, 1.09),
        forecast=r.Forecast(finish, 1.0, basis=v.ForecastBasis.NONE),
        completion=r.Completion(True, True, True, True, 5, done, date(2026, 11, 6), 5),
    )  # fmt: skip
