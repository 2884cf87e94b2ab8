"""Which charts a report shows, the most important first."""

from __future__ import annotations

from datetime import date

from bot.derive.results import Derived, EngagementDerived
from bot.domain.model import Engagement
from bot.report.charts import burn_history, burn_up_chart, fit_charts, milestone_chart, revenue_chart
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown


def status_charts(
    context: ReportContext, derived: EngagementDerived, engagement: Engagement, day: date
) -> tuple[SafeMarkdown, ...]:
    """Milestones against their baselines, and the burn-up with its forecast."""
    words = context.templates.words
    history = burn_history(engagement, derived.progress.values, day, context.calendar)
    return fit_charts(
        (
            milestone_chart(words, derived.schedule.milestones, day),
            burn_up_chart(words, history, derived.forecast.finish, derived.progress.basis),
        )
    )


def revenue_charts(context: ReportContext, derived: Derived) -> tuple[SafeMarkdown, ...]:
    """Revenue of the portfolio by quarter against its targets."""
    return fit_charts((revenue_chart(context.templates.words, derived.portfolio.revenue),))
