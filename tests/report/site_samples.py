"""A portfolio for the page's tests: names, titles and facts are `text`, money and internal facts carry canaries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.config import Settings
from bot.derive import results as r
from bot.derive.billing_results import Billing, BillingLine
from bot.domain import vocabulary as v
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, Facts, Item, Milestone, MilestoneFact, Portfolio, TimeLog

TODAY = date(2026, 11, 20)
HOST = "https://gitlab.example.com"
ROOT = "acme/ps-internal&7"
SHARED = "acme/customers/x"
OWN = "acme/ps-internal/notes"
CALENDAR = WorkCalendar()
SETTINGS = Settings.model_validate(
    {
        "portfolio": {"namespaces": {"acme/ps-internal": "internal", "acme/customers": "customer"}},
        "finance": {"targets": {"FY27-Q4": 450_000}},
    }
)


def at(days: int) -> datetime:
    """Noon, so many days from today."""
    day = TODAY + timedelta(days=days)
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def item(ref: str, title: str, **more: object) -> Item:
    """An item created 40 days ago."""
    values: dict[str, object] = {"created_at": at(-40), "web_url": f"{HOST}/{ref.replace('#', '/-/issues/')}", **more}
    return Item(ref, title, **values)  # type: ignore[arg-type]


def engagement(text: str = "Migration", ref: str = ROOT, secret: str = "", value: float = 180_000) -> Engagement:
    """An engagement whose texts are `text`; what a customer must not see has `secret` in it."""
    hidden = f"{text} {secret}"
    facts = Facts(
        customer=text, sow=text, region=text, pm=text, architect=hidden, partner=hidden, billing=v.BillingType.MILESTONE, value=value,
        hours=720, rate=value / 720, start=TODAY - timedelta(60), end=TODAY + timedelta(30),
        milestones=(MilestoneFact(text, TODAY, value),), internal=ref, customer_channel=f"{SHARED}#1",
    )  # fmt: skip
    items = (
        item(f"{SHARED}#10", text, state="closed", closed_at=at(-20)),
        item(f"{SHARED}#11", text, due_date=TODAY + timedelta(3), labels=("waiting::customer",)),
        item(f"{SHARED}#12", f"{text} confidential {secret}", due_date=TODAY + timedelta(3), confidential=True),
        item(f"{OWN}#13", f"{text} own {secret}", due_date=TODAY + timedelta(3), labels=("waiting::customer",)),
        item(f"{SHARED}#20", text, labels=("PS RAID Log", "PS Risk")),
        item(f"{OWN}#21", f"{text} inner risk {secret}", labels=("PS RAID Log", "PS Risk")),
    )
    milestones = (Milestone(text, f'{SHARED}%"{text}"', due_date=TODAY + timedelta(5), web_url=f"{HOST}/m/1"),)
    logs = (TimeLog(f"{SHARED}#10", "kim", TODAY - timedelta(20), 120.0),)
    return Engagement(
        ref,
        hidden,
        f"{HOST}/groups/x",
        facts=facts,
        items=items,
        milestones=milestones,
        timelogs=logs,
        created_at=at(-60),
    )


def derived_engagement(
    text: str = "Migration",
    ref: str = ROOT,
    secret: str = "",
    money: float = 140_000,
    rag: v.Colour = v.Colour.YELLOW,
    slip: int = 5,
) -> r.EngagementDerived:
    """What was derived of it; `money` stands wherever money can."""
    hidden = f"{text} {secret}"
    finish = r.Quantiles(*(TODAY + timedelta(days=n) for n in (10, 20, 30, 40)))
    reason = r.Reason(hidden, (f"{SHARED}#11", f"{OWN}#13"))
    status = r.Status(
        rag,
        v.Colour.RED,
        v.Colour.YELLOW,
        r.Rag(rag, (reason,)),
        r.Rag(v.Colour.GREEN, (reason,)),
        r.Rag(v.Colour.RED, (reason,)),
    )
    milestone = r.MilestoneStatus(
        text, f'{SHARED}%"{text}"', TODAY, TODAY + timedelta(5), TODAY + timedelta(5 + slip), TODAY + timedelta(9 + slip), 0.4,
        slip_days=slip, state=v.MilestoneState.LATE, items_open=1, items_total=2,
    )  # fmt: skip
    revenue = {"FY27-Q4": r.QuarterRevenue(money, money * 2, money, money * 3, money)}
    raid = (
        r.RaidEntry(
            f"{SHARED}#20", text, v.RaidKind.RISK, mitigation=text, score=9, level=v.Severity.MEDIUM, owner=text
        ),
        r.RaidEntry(
            f"{OWN}#21", f"{text} inner risk {secret}", v.RaidKind.RISK, mitigation=hidden, score=20, owner=secret
        ),
        r.RaidEntry(
            f"{OWN}#22",
            f"{hidden} decided",
            v.RaidKind.DECISION,
            v.ItemState.CLOSED,
            owner=secret,
            closed=TODAY - timedelta(3),
        ),
    )
    billing = BillingLine("2026-11", "milestone", hidden, Billing.BLOCKED, 0.0, money, hidden, TODAY, (f"{OWN}#13",))
    return r.EngagementDerived(
        ref, hidden, text, f"{HOST}/groups/x", v.Phase.ACTIVE,
        r.Progress(v.ValueBasis.HOURS, 0.4, 288, 720, 1, 3, {f"{SHARED}#10": 100.0, f"{SHARED}#11": 120.0, f"{SHARED}#12": 60.0}),
        status, r.Schedule(0.5, 0.4, 0.8, 0.9, 3, TODAY, (milestone,), (f"{SHARED}#11",)),
        r.Scope(3, 700, 2, 0, 20, 0.1, (r.ChangeOrder(f"{OWN}#30", hidden, v.ChangeOrderState.PROPOSED, 40, money),), 0, 40, 0, money),
        r.Budget(720, 390, 390, 0.54, 0.96, 1.05, 750, TODAY + timedelta(30), 40, money, money),
        r.Forecast(finish, 0.62, r.Quantiles(700, 750, 790, 830), revenue=revenue, basis=v.ForecastBasis.THROUGHPUT, history_weeks=9),
        (r.Acceptance(text, money, v.AcceptanceState.READY), r.Acceptance(f"{text} 2", money, v.AcceptanceState.ACCEPTED)),
        invoicing=(billing,),
        raid=raid,
        risks=(r.Risk("x", v.RiskSource.DERIVED, v.Severity.CRITICAL, hidden, (f"{SHARED}#11",), hidden, owner=secret), r.Risk("y", v.RiskSource.DERIVED, v.Severity.LOW, hidden)),
        escalations=(r.Escalation(f"{OWN}#40", hidden, v.Severity.HIGH, 3, TODAY, overdue=True),),
        compliance=r.Compliance(0.5, (r.Gap("x", hidden),), 4),
        errors=(f"{OWN}: 403 {secret}",),
    )  # fmt: skip


def portfolio_of(*engagements: Engagement) -> Portfolio:
    return Portfolio(engagements, at(0))


def derived_of(
    *engagements: r.EngagementDerived, day: date = TODAY, failure: str = "acme/y: 403 Forbidden"
) -> r.Derived:
    """A portfolio's derived values around these engagements."""
    quarter = r.PortfolioQuarter(450_000, 120_000, 380_000, 340_000, 420_000, 60_000, 400_000, -0.05)
    counts = {rag: sum(e.status.overall == rag for e in engagements) for rag in r.RAGS}
    total = r.PortfolioDerived(
        len(engagements), counts, {"FY27-Q4": quarter}, on_time_rate=0.5, on_budget_rate=1.0, utilisation=0.7,
        capacity=(r.CapacityWeek("kim", "2026-W48", 52, 40, 8), r.CapacityWeek("lee", "2026-W49", 16, 40)),
    )  # fmt: skip
    return r.Derived(day, "USD", engagements, total, (failure,))


def weeks_before(derived: r.Derived, count: int = 6) -> list[r.Derived]:
    """The same portfolio in the weeks before, when everything was still green and due earlier."""

    def then(e: r.EngagementDerived, back: int) -> r.EngagementDerived:
        moved = [
            replace(m, forecast=m.forecast and m.forecast - timedelta(days=3 * back)) for m in e.schedule.milestones
        ]
        return replace(e, status=r.Status(v.Colour.GREEN), schedule=r.Schedule(milestones=tuple(moved)))

    return [
        replace(
            derived,
            as_of=derived.as_of - timedelta(weeks=n),
            engagements=tuple(then(e, n) for e in derived.engagements),
        )
        for n in range(count, 0, -1)
    ]
