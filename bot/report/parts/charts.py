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
            milestone_chart(words, derived.schedule.milestones, day, _starts(engagement)),
            burn_up_chart(words, history, derived.forecast.finish, derived.progress.basis),
        )
    )


def _starts(engagement: Engagement) -> dict[str, date]:
    """The day on which the work of each milestone began: the first that was logged on it or planned for it."""
    of_item = {item.ref: item.milestone for item in engagement.items if item.milestone}
    days = [(of_item[log.item], log.spent_at) for log in engagement.timelogs if log.item in of_item]
    days += [(i.milestone, i.start_date) for i in engagement.items if i.milestone and i.start_date]
    days += [(m.title, m.start_date) for m in engagement.milestones if m.start_date]
    return {title: min(day for name, day in days if name == title) for title in {name for name, _ in days}}


def revenue_charts(context: ReportContext, derived: Derived) -> tuple[SafeMarkdown, ...]:
    """Revenue of the portfolio by quarter against its targets."""
    return fit_charts((revenue_chart(context.templates.words, derived.portfolio.revenue),))
