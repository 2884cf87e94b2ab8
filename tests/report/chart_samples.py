"""Every chart of psbot around one hostile text, for the tests with and without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.derive.results import MilestoneStatus, PortfolioQuarter, Quantiles, QuarterRevenue
from bot.domain.vocabulary import MilestoneState, ValueBasis
from bot.report.charts import BurnPoint, Chart, burn_up_chart, milestone_chart, revenue_chart
from bot.report.text.wording import load_words

WORDS = load_words("en_US", "USD")
TODAY = date(2026, 11, 20)


def milestone(
    title: str,
    baseline: int | None,
    forecast: int | None,
    state: MilestoneState = MilestoneState.ON_TRACK,
    slip: int = 0,
) -> MilestoneStatus:
    """A milestone with its dates as days from today."""
    days = [TODAY + timedelta(days=n) if n is not None else None for n in (baseline, forecast)]
    return MilestoneStatus(title=title, baseline=days[0], due=days[0], forecast=days[1], state=state, slip_days=slip)


def milestones(title: str) -> list[MilestoneStatus]:
    """The text as title in each state: before, at and after its baseline, and without one."""
    return [
        milestone(title, -60, -60, MilestoneState.DONE),
        milestone(title, -10, 12, MilestoneState.LATE, 16),
        milestone(title, 20, 27, MilestoneState.AT_RISK, 5),
        milestone(title, 60, 60),
        milestone(title, None, 90),
        milestone("Project closed", 100, 95, slip=-5),
    ]


def history(weeks: int = 12) -> list[BurnPoint]:
    """Steady progress, with scope that grew once."""
    return [
        BurnPoint(TODAY - timedelta(weeks=weeks - n), 10.0 * n, 200.0 if n < weeks // 2 else 240.0)
        for n in range(weeks + 1)
    ]


FINISH = Quantiles(date(2027, 1, 30), date(2027, 2, 20), date(2027, 3, 20), date(2027, 4, 30))
QUARTERS = {
    "FY27-Q3": PortfolioQuarter(410_000, 400_100, 400_100, 400_100, 400_100),
    "FY27-Q4": PortfolioQuarter(450_000, 120_000, 430_000, 380_000, 470_000, 60_000),
    "FY28-Q1": PortfolioQuarter(450_000, 0, 250_000, 180_000, 300_000, 90_000),
}


def charts(title: str) -> Iterator[Chart]:
    """Each chart; `title` stands wherever a text from GitLab or the config can."""
    named = {title: QuarterRevenue(1, 2, 1, 3), "FY28-Q1": QuarterRevenue(0, 2, 1, 3)}
    made = (
        milestone_chart(WORDS, milestones(title), TODAY),
        burn_up_chart(WORDS, history(), FINISH, ValueBasis.HOURS),
        revenue_chart(WORDS, named),
        revenue_chart(WORDS, QUARTERS),
    )
    for chart in made:
        assert chart is not None
        yield chart
