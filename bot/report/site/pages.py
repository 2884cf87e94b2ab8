"""The internal pages: the portfolio, and one page for each engagement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.derive.raid.decision_log import decision_log
from bot.derive.results import SEVERITIES, EngagementDerived
from bot.domain.calendar import week_of
from bot.report.charts import burn_history
from bot.report.parts.judged import judged_sentences
from bot.report.site.bridge import draw_bridge
from bot.report.site.draw import draw_burn_up, draw_colours, draw_revenue, draw_slips, draw_trend
from bot.report.site.plainwords import PlainWords
from bot.report.site.timeline import draw_timeline
from bot.report.site.views import Row, Site
from bot.report.text.safe_text import safe_url
from bot.report.worth import worth_telling

ACCEPTED = ("accepted", "passively_accepted")


def portfolio_view(site: Site, words: PlainWords | None = None) -> dict[str, Any]:
    """Everything that the portfolio's template shows."""
    total = site.derived.portfolio
    return {
        "site": site,
        "derived": site.derived,
        "total": total,
        "rags": ("red", "yellow", "green", "unknown"),
        "ranks": {name: rank for rank, name in enumerate(("red", "yellow", "unknown", "green"))},
        "quarter": site.quarter,
        "now": total.revenue.get(site.quarter),
        "revenue_chart": draw_revenue(site.quarters),
        "colours": draw_colours(site.past),
        "timeline": draw_timeline(site.rows, site.derived.as_of),
        "decisions": decision_log(site.derived.engagements),
        "invoices": site.invoices,
        "bridge": draw_bridge(site.waterfall) if site.waterfall else None,
        "this_week": week_of(site.derived.as_of).name,
        "judged": tuple(judged_sentences(words, total.judged)) if words else (),
    }


def engagement_view(site: Site, row: Row, home: str | None = "../") -> dict[str, Any]:
    """Everything that an engagement's template shows; `home` leads to the portfolio's page, None where there is none."""
    derived, today = row.derived, site.derived.as_of
    engagement = site.engagements.get(row.derived.ref)
    milestones = derived.schedule.milestones
    history = burn_history(engagement, derived.progress.values, today, site.calendar) if engagement else ()
    quarters = worth_telling(derived.forecast.revenue).rows
    return {
        "site": site,
        "home": home,
        "row": row,
        "d": derived,
        "facts": row.facts,
        "today": today,
        "link": site.link(derived.ref),
        "axes": axes(derived),
        "finish_end": derived.end,
        "burn_up": draw_burn_up(history, derived.forecast.finish, derived.end),
        "burn_points": history,
        "slips": draw_slips(milestones, today),
        "milestones_over_time": draw_trend([(day, e.schedule.milestones) for day, e in site.history(derived.ref)]),
        "quarter": site.quarter,
        "quarters": quarters,
        "revenue_chart": draw_revenue(quarters),
        "risks": derived.risks,
        "raid": sorted((e for e in derived.raid if e.state != "closed"), key=lambda e: (-(e.score or 0), e.ref)),
        "accepted": ACCEPTED,
        "severities": SEVERITIES,
        "counting": safe_url(site.settings.reports.counting or ""),
        "unread": (*derived.errors, *(f.message for f in engagement.fact_faults)) if engagement else derived.errors,
    }


def axes(derived: EngagementDerived) -> Mapping[str, Any]:
    """Schedule, scope and budget with their colours and reasons."""
    status = derived.status
    return {"schedule": status.schedule, "scope": status.scope, "budget": status.budget}
