"""Weekly portfolio: all engagements, worst first, one line each, with two temperatures (internal, customer's)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.config.reports import PortfolioReport
from bot.derive.checks.status import sentiment_worse
from bot.derive.decisions.due import WEEK, WEEKLY, Due, weekly
from bot.derive.decisions.gravity import by_colour, by_severity, telling_risk
from bot.derive.depth import Depth
from bot.derive.forecast_results import PortfolioQuarter
from bot.derive.results import CapacityWeek, Derived, EngagementDerived, Risk
from bot.domain.calendar import ONE_DAY, Period
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import Facts
from bot.domain.vocabulary import Colour, ItemState, Phase
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.parts.asks import AskView, ask_views
from bot.report.parts.charts import revenue_charts
from bot.report.parts.colours import AXES, colours_of, week_colours
from bot.report.parts.forecast_before import Was, drivers_between, quarter_was, recalculated
from bot.report.parts.issue import issue_document
from bot.report.parts.orders import red_but_quiet
from bot.report.parts.replies import Voice, voices
from bot.report.parts.rows import RiskView, risk_views
from bot.report.parts.stories import StoryView, story_views
from bot.report.parts.weeks import colour_on, count_colours, published_in, weekly_colours
from bot.report.registry import Report
from bot.report.text.safe_text import SafeMarkdown
from bot.report.worth import is_worth

MOST_UPSIDE = 3
MOST_DRIVERS = 4
WEEKS_TOLD = 4


@frozen
class EngagementLine:
    """One engagement's line: two temperatures, progress, and, where it is not green, what is done and what is needed."""

    name: SafeMarkdown
    facts: Facts
    derived: EngagementDerived
    end: date | None
    rag: str
    before: str | None
    after: str | None
    sentiment: str | None
    told: Risk | None
    """The risk that says why its colour is what it is, and how that is worded."""
    risk: RiskView | None
    story: StoryView | None
    """The worst of its stories, as its own status tells it."""
    mood: RiskView | None
    """That the customer sees it worse than the figures do."""
    ask: AskView | None
    raid_open: int
    voices: tuple[Voice, ...]
    why: Text = ""
    """Why it has the colour that it had when the week ended."""
    trend: tuple[str, ...] = ()
    """Its colours of the last weeks, oldest first."""

    @property
    def trouble(self) -> StoryView | RiskView | None:
        """What is worth a line: what it comes to where it is not green, or why the customer is less happy than the colour."""
        return self.mood if self.rag == Colour.GREEN else self.story or self.risk

    @property
    def calm(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.rag == Colour.GREEN and self.ask is None and self.mood is None

    @property
    def moved(self) -> bool:
        """Whether the colour changed between the two reports."""
        return self.before not in (None, self.after)

    @property
    def moved_on(self) -> bool:
        """Whether it changed again since: the table shows today's colour."""
        return self.rag != self.after


def make_portfolio(due: Due, context: ReportContext, ref: str | None) -> Document:
    view = portfolio_view(due, context)
    payload = {"status": {line.derived.ref: line.rag for line in view.lines}}
    promised = context.commitment(context.derive(due.as_of)) if context.commitment else {}
    return issue_document(REPORT.template, due, context, view, {**payload, **promised})


@frozen
class Upside:
    """What one engagement could still add to the quarter, and why it is not counted."""

    name: SafeMarkdown
    amount: float
    reasons: tuple[tuple[Text, tuple[SafeMarkdown, ...]], ...]


@frozen
class PortfolioView:
    """What the template shows; it computes nothing."""

    lines: Sequence[EngagementLine]
    counts: Mapping[str, int]
    until: date
    moved: Sequence[EngagementLine]
    escalated: Sequence[tuple[SafeMarkdown, SafeMarkdown]]
    completed: tuple[SafeMarkdown, ...]
    quarter: SafeMarkdown
    charts: tuple[SafeMarkdown, ...]
    revenue: PortfolioQuarter | None
    before: Was | None
    after: Was | None
    drivers: Sequence[tuple[float, SafeMarkdown, Text]]
    appeared: tuple[SafeMarkdown, ...]
    gone: tuple[SafeMarkdown, ...]
    quiet_reds: Sequence[tuple[SafeMarkdown, tuple[SafeMarkdown, ...]]]
    upside: Sequence[Upside]
    more_upside: Sequence[Upside]
    capacity: Sequence[CapacityWeek]


def portfolio_view(due: Due, context: ReportContext) -> PortfolioView:
    """Everything the template shows."""
    first_due = weekly(context.settings.reports.portfolio.day).first_due(due.period)
    since, until = first_due - WEEK, min(first_due, due.as_of)
    day = due.as_of
    quarter, derived = context.calendar.fiscal_quarter(day), context.derive(day)
    escalated = _escalated(context, since, until)  # first: it asks most of both days, and the lines find it there
    lines = sorted(
        (line_of(context, e, due, Period(since + ONE_DAY, until, due.period.name)) for e in derived.running),
        key=lambda line: (by_colour(line.rag), by_severity(line.told), line.derived.ref),
    )
    upside = _upside(context, derived, quarter.name)
    return PortfolioView(
        lines=lines,
        counts=count_colours(line.rag for line in lines),
        until=until,
        moved=[line for line in lines if line.moved],
        escalated=escalated,
        completed=tuple(context.titled(e.ref, e.title) for e in derived.engagements if _completed(e, since, until)),
        quarter=SafeMarkdown(quarter.name),
        charts=revenue_charts(context, derived),
        revenue=derived.portfolio.revenue.get(quarter.name),
        before=quarter_was(context, quarter, since),
        after=quarter_was(context, quarter, until) if until < day else recalculated(context, quarter, until),
        drivers=_drivers(context, quarter, since, until),
        appeared=_only_on(context, until, since),
        gone=_only_on(context, since, until),
        quiet_reds=_quiet_reds(context, derived.running),
        upside=upside[:MOST_UPSIDE],
        more_upside=upside[MOST_UPSIDE:],
        capacity=[week for week in derived.portfolio.capacity if week.is_over],
    )


def _quiet_reds(
    context: ReportContext, running: Sequence[EngagementDerived]
) -> list[tuple[SafeMarkdown, tuple[SafeMarkdown, ...]]]:
    """Engagements in which something red is muted or overruled, and by whom."""
    found = [(context.titled(e.ref, e.title), red_but_quiet(context, e)) for e in running]
    return [(name, lines) for name, lines in found if lines]


def line_of(context: ReportContext, derived: EngagementDerived, due: Due, week: Period) -> EngagementLine:
    """`week`: the days since the last report was posted."""
    engagement = context.engagements(due.as_of)[derived.ref]
    risks = risk_views(context, derived)
    wanted = ask_views(context, derived)
    colours = colours_of(derived.status)
    worst = [axis for axis in AXES[1:] if colours[axis] == colours["overall"]]
    told = telling_risk(derived.risks, worst)
    return EngagementLine(
        context.titled(derived.ref, derived.title),
        engagement.facts,
        derived,
        derived.end,
        colours["overall"],
        _said_on(context, derived.ref, week.first - ONE_DAY),
        _said_on(context, derived.ref, week.last),
        derived.status.sentiment,
        told,
        risks[derived.risks.index(told)] if told else None,
        next(iter(story_views(context, derived)), None),
        next((risk for risk in risks if risk.rule == sentiment_worse.RULE.id), None),
        wanted[0] if wanted else None,
        sum(entry.state != ItemState.CLOSED for entry in derived.raid),
        voices(context, derived.ref, week),
        _why(context, derived.ref, week.last),
        weekly_colours(context, derived.ref, Period(week.last - WEEKS_TOLD * WEEK + ONE_DAY, week.last, week.name)),
    )


def _why(context: ReportContext, ref: str, day: date) -> Text:
    """The first reason of the axis that tells the overall colour of `day`."""
    then = context.derived(ref, day, Depth.FIGURES)
    if then is None:
        return ""
    axes = (getattr(then.status, name) for name in AXES[1:])
    telling = next((axis for axis in axes if axis.rag == then.status.overall), None)
    return telling.reasons[0].text if telling and telling.reasons else ""


def _said_on(context: ReportContext, ref: str, day: date) -> str | None:
    """The overall colour that held on `day`, as published, else as the facts say; None before the work began."""
    said = week_colours(context, ref, day)
    report = published_in(context, ref, day)
    return (colour_on(report, day) if report else None) or said.get("overall")


def _escalated(context: ReportContext, since: date, until: date) -> list[tuple[SafeMarkdown, SafeMarkdown]]:
    """(engagement, escalation) of what was escalated between the two days."""
    before = {x.ref for e in context.derive_to(since, Depth.FIGURES).engagements for x in e.escalations}
    return [
        (context.titled(e.ref, e.title), context.titled(x.ref, x.title))
        for e in context.derive_to(until, Depth.FIGURES).engagements
        for x in e.escalations
        if x.ref not in before
    ]


def _completed(derived: EngagementDerived, since: date, day: date) -> bool:
    closed = derived.completion.completed_on
    return derived.phase == Phase.COMPLETE and closed is not None and since < closed <= day


def _drivers(
    context: ReportContext, quarter: Period, since: date, until: date
) -> list[tuple[float, SafeMarkdown, Text]]:
    """What moved the quarter's forecast most between the two days: amount, engagement, why."""
    if since not in quarter or until not in quarter:
        return []
    now = context.derive_to(until, Depth.FIGURES)
    titles = {e.ref: e.title for e in now.engagements}
    whole = now.portfolio.revenue.get(quarter.name)
    found = drivers_between(context, quarter, since, until)
    worth = [d for d in found if is_worth(d.amount, whole.forecast if whole else 0.0)]
    return [
        (d.amount, context.titled(d.engagement, titles.get(d.engagement, "")), d.text) for d in worth[:MOST_DRIVERS]
    ]


def _only_on(context: ReportContext, day: date, other: date) -> tuple[SafeMarkdown, ...]:
    """Engagements that were there on `day` and are not on `other`; those that completed are told elsewhere."""
    there = {e.ref for e in context.derive_to(other, Depth.STATUS).engagements}
    found = [
        e for e in context.derive_to(day, Depth.STATUS).engagements if e.ref not in there and e.phase != Phase.COMPLETE
    ]
    return tuple(context.titled(e.ref, e.title) for e in found)


def _upside(context: ReportContext, derived: Derived, quarter: str) -> list[Upside]:
    """What could still be added to the quarter and why it is not counted: the largest first."""
    whole = derived.portfolio.revenue.get(quarter)
    rows = [(e, e.forecast.revenue[quarter]) for e in derived.engagements if quarter in e.forecast.revenue]
    return [
        Upside(
            context.titled(e.ref, e.title),
            revenue.upside,
            tuple((reason.text, context.links(reason.evidence, own=e.ref)) for reason in revenue.reasons),
        )
        for e, revenue in sorted(rows, key=lambda row: (-row[1].upside, row[0].ref))
        if is_worth(revenue.upside, whole.forecast if whole else 0.0)
    ]


REPORT = Report(kind="portfolio", readers="PS leadership", rhythm=WEEKLY, config=PortfolioReport, make=make_portfolio)
