"""Weekly portfolio: all engagements, worst first, one line each, with two temperatures (internal, customer's)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.calendar import ONE_DAY, Period
from bot.derive.results import Derived, EngagementDerived, QuarterRevenue
from bot.model import Facts
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.due import WEEK, Due, cycle_of
from bot.report.parts.asks import Ask, asks
from bot.report.parts.charts import revenue_charts
from bot.report.parts.colours import published_colours
from bot.report.parts.issue import issue_document
from bot.report.parts.replies import Voice, voices
from bot.report.parts.rows import RiskView, risk_views
from bot.report.parts.weeks import badness, count_colours
from bot.report.registry import Report, whole_portfolio
from bot.report.safe_text import SafeMarkdown


@dataclass(frozen=True, slots=True)
class Line:
    """One engagement's line: two temperatures, progress, and, where it is not green, what is done and what is needed."""

    name: SafeMarkdown
    facts: Facts
    derived: EngagementDerived
    rag: str
    before: str | None
    sentiment: str | None
    risk: RiskView | None
    ask: Ask | None
    revenue: QuarterRevenue | None
    raid_open: int
    voices: tuple[Voice, ...]


def make_portfolio(due: Due, context: ReportContext, ref: str | None) -> Document:
    view = portfolio_view(due, context)
    payload = {"status": {line.derived.ref: line.rag for line in view["lines"]}}
    promised = context.commitment(context.derive(due.as_of)) if context.commitment else {}
    return issue_document(REPORT, due, context, view, {**payload, **promised})


def portfolio_view(due: Due, context: ReportContext) -> dict[str, Any]:
    """Everything the template shows."""
    first_due = cycle_of("portfolio", context.settings, context.calendar).first_due(due.period)
    since = first_due - WEEK
    day = due.as_of
    quarter, derived = context.calendar.fiscal_quarter(day), context.derive(day)
    running = [e for e in derived.engagements if e.phase != "complete"]
    lines = sorted(
        (line_of(context, e, due, day, since, quarter.name) for e in running),
        key=lambda line: (badness(line.rag), _risk_rank(line), line.derived.ref),
    )
    return {
        "lines": lines,
        "counts": count_colours(line.rag for line in lines),
        "since": since,
        "moved": [line for line in lines if line.before not in (None, line.rag)],
        "completed": tuple(context.titled(e.ref, e.title) for e in derived.engagements if _completed(e, since, day)),
        "quarter": SafeMarkdown(quarter.name),
        "charts": revenue_charts(context, derived),
        "revenue": derived.portfolio.revenue.get(quarter.name),
        "before": _revenue_before(context, since, quarter),
        "upside": _upside(context, derived, quarter.name),
        "capacity": [week for week in derived.portfolio.capacity if week.hours > week.available],
    }


def line_of(context: ReportContext, derived: EngagementDerived, due: Due, day: date, since: date, quarter: str) -> Line:
    engagement = context.engagements(day)[derived.ref]
    risks = risk_views(context, derived, engagement)
    wanted = asks(context, derived, engagement.facts.pm)
    then = context.derived(derived.ref, since)
    return Line(
        context.titled(derived.ref, derived.title),
        engagement.facts,
        derived,
        published_colours(context, derived, due.period)["overall"],
        then.status.overall if then else None,
        derived.status.sentiment,
        risks[0] if risks else None,
        wanted[0] if wanted else None,
        derived.forecast.revenue.get(quarter),
        sum(entry.state != "closed" for entry in derived.raid),
        voices(context, derived.ref, Period(since + ONE_DAY, due.as_of, due.period.name)),
    )


def _risk_rank(line: Line) -> int:
    order = ("critical", "high", "medium", "low")
    return order.index(line.risk.severity) if line.risk and line.risk.severity in order else len(order)


def _completed(derived: EngagementDerived, since: date, day: date) -> bool:
    closed = derived.completion.completed_on
    return derived.phase == "complete" and closed is not None and since < closed <= day


def _revenue_before(context: ReportContext, since: date, quarter: Period) -> Any:
    """The quarter's forecast as it was a week ago; None when it was another quarter then."""
    return context.derive(since).portfolio.revenue.get(quarter.name) if since in quarter else None


def _upside(context: ReportContext, derived: Derived, quarter: str) -> list[Mapping[str, Any]]:
    """What could still be added to the quarter and why it is not counted: the largest first."""
    rows = [(e, e.forecast.revenue[quarter]) for e in derived.engagements if quarter in e.forecast.revenue]
    return [
        {
            "name": context.titled(e.ref, e.title),
            "amount": revenue.upside,
            "reasons": tuple((reason.text, context.links(reason.evidence)) for reason in revenue.reasons),
        }
        for e, revenue in sorted(rows, key=lambda row: (-row[1].upside, row[0].ref))
        if revenue.upside
    ]


REPORT = Report("portfolio", "portfolio", "portfolio.md.j2", whole_portfolio, make_portfolio)
