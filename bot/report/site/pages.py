"""The internal pages: the portfolio, and one page for each engagement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.derive.forecast_results import PortfolioQuarter, QuarterRevenue
from bot.derive.raid.decision_log import Decided, decision_log
from bot.derive.results import SEVERITIES, Derived, EngagementDerived, PortfolioDerived, Rag, RaidEntry, Risk
from bot.domain.calendar import week_of
from bot.domain.facts.declared import Facts
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.vocabulary import Colour, ItemState, Severity
from bot.report.charts import BurnPoint, burn_history
from bot.report.parts.judged import judged_sentences
from bot.report.site.bridge import Bridge, draw_bridge
from bot.report.site.draw import (
    BurnUp,
    MilestoneTrend,
    RevenueChart,
    SlipChart,
    Stack,
    draw_burn_up,
    draw_colours,
    draw_revenue,
    draw_slips,
    draw_trend,
)
from bot.report.site.plainwords import PlainWords
from bot.report.site.portfolio_timeline import PortfolioTimeline, draw_timeline
from bot.report.site.site_data import Invoices, Link, Row, Site
from bot.report.text.safe_text import safe_url
from bot.report.worth import worth_telling


@frozen
class PortfolioPage:
    """What the template shows; it computes nothing."""

    site: Site
    derived: Derived
    total: PortfolioDerived
    rags: tuple[Colour, ...]
    ranks: Mapping[str, int]
    quarter: str
    now: PortfolioQuarter | None
    revenue_chart: RevenueChart | None
    colours: tuple[Stack, ...]
    timeline: PortfolioTimeline | None
    decisions: tuple[Decided, ...]
    invoices: tuple[Invoices, ...]
    bridge: Bridge | None
    this_week: str
    judged: tuple[str, ...]


def portfolio_view(site: Site, words: PlainWords | None = None) -> PortfolioPage:
    """Everything that the portfolio's template shows."""
    total = site.derived.portfolio
    return PortfolioPage(
        site=site,
        derived=site.derived,
        total=total,
        rags=(Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.UNKNOWN),
        ranks={name: rank for rank, name in enumerate(("red", "yellow", "unknown", "green"))},
        quarter=site.quarter,
        now=total.revenue.get(site.quarter),
        revenue_chart=draw_revenue(site.quarters),
        colours=draw_colours(site.past),
        timeline=draw_timeline(site.rows, site.derived.as_of),
        decisions=decision_log(site.derived.engagements),
        invoices=site.invoices,
        bridge=draw_bridge(site.waterfall) if site.waterfall else None,
        this_week=week_of(site.derived.as_of).name,
        judged=tuple(judged_sentences(words, total.judged)) if words else (),
    )


@frozen
class EngagementPage:
    """What the template shows; it computes nothing."""

    site: Site
    home: str | None
    row: Row
    d: EngagementDerived
    facts: Facts
    today: date
    link: Link
    axes: Mapping[str, Rag]
    burn_up: BurnUp | None
    burn_points: tuple[BurnPoint, ...]
    slips: SlipChart | None
    milestones_over_time: MilestoneTrend | None
    quarter: str
    quarters: tuple[tuple[str, QuarterRevenue], ...]
    revenue_chart: RevenueChart | None
    risks: tuple[Risk, ...]
    raid: Sequence[RaidEntry]
    severities: tuple[Severity, ...]
    counting: str
    unread: tuple[Text, ...]


def engagement_view(site: Site, row: Row, home: str | None = "../") -> EngagementPage:
    """Everything that an engagement's template shows; `home` leads to the portfolio's page, None where there is none."""
    derived, today = row.derived, site.derived.as_of
    engagement = site.engagements.get(row.derived.ref)
    milestones = derived.schedule.milestones
    history = burn_history(engagement, derived.progress.values, today, site.calendar) if engagement else ()
    quarters = worth_telling(derived.forecast.revenue).rows
    return EngagementPage(
        site=site,
        home=home,
        row=row,
        d=derived,
        facts=row.facts,
        today=today,
        link=site.link(derived.ref),
        axes=axes(derived),
        burn_up=draw_burn_up(history, derived.forecast.finish, derived.end),
        burn_points=history,
        slips=draw_slips(milestones, today),
        milestones_over_time=draw_trend([(day, e.schedule.milestones) for day, e in site.history(derived.ref)]),
        quarter=site.quarter,
        quarters=quarters,
        revenue_chart=draw_revenue(quarters),
        risks=derived.risks,
        raid=sorted((e for e in derived.raid if e.state != ItemState.CLOSED), key=lambda e: (-(e.score or 0), e.ref)),
        severities=SEVERITIES,
        counting=safe_url(site.settings.reports.counting or ""),
        unread=(*derived.errors, *(f.message for f in engagement.fact_faults)) if engagement else derived.errors,
    )


def axes(derived: EngagementDerived) -> Mapping[str, Rag]:
    """Schedule, scope and budget with their colours and reasons."""
    status = derived.status
    return {"schedule": status.schedule, "scope": status.scope, "budget": status.budget}
