"""Monthly summary: key projects in full, the others a line each, and what each delivery partner has to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.config.reports import MonthlyReport
from bot.derive.decisions.due import MONTHLY, Due
from bot.derive.decisions.gravity import by_colour
from bot.derive.depth import Depth
from bot.derive.results import EngagementDerived, PortfolioDerived, PortfolioQuarter, QuarterRevenue
from bot.derive.schedule.slips import days_lost, known_causes
from bot.domain.calendar import ONE_DAY, Period
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Facts
from bot.domain.vocabulary import Phase
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.partner import PartnerView, partner_views
from bot.report.parts.asks import AskView, ask_views
from bot.report.parts.charts import revenue_charts
from bot.report.parts.colours import AxisView, axis_views, colours_of
from bot.report.parts.decisions import Decision, decisions_in
from bot.report.parts.forecast_before import Was, quarter_was
from bot.report.parts.forecast_record import RecordView, promised_by_engagement, record_view
from bot.report.parts.headline import headline
from bot.report.parts.invoicing import InvoicingView, invoicing_view
from bot.report.parts.issue import issue_document
from bot.report.parts.months_ahead import MonthsAhead, months_ahead
from bot.report.parts.movement import (
    RaidChanges,
    Slipped,
    hours_in,
    labelled_in,
    milestones_hit,
    milestones_slipped,
    raid_movement,
)
from bot.report.parts.replies import Voice, voices
from bot.report.parts.rows import MilestoneView, milestone_views
from bot.report.parts.stories import StoryView, grave_stories
from bot.report.parts.waterfall import WaterfallView, waterfall_view
from bot.report.parts.weeks import count_colours, weekly_colours
from bot.report.registry import Report
from bot.report.text.safe_text import SafeMarkdown, joined
from bot.report.text.wording import Words

MOST_ASKS = 5
MOST_DECISIONS = 12


@frozen
class Month:
    """One engagement in the month."""

    name: SafeMarkdown
    facts: Facts
    derived: EngagementDerived
    end: date | None
    headline: SafeMarkdown
    rag: str
    trend: tuple[str, ...]
    axes: tuple[AxisView, ...]
    hit: tuple[MilestoneView, ...]
    slipped: tuple[Slipped, ...]
    lost: tuple[tuple[str, int], ...]
    """Working days by which due dates moved in the month, by cause."""
    hours: float
    earned: float | None
    expected: float | None
    """What was forecast for the month when it began."""
    revenue: QuarterRevenue | None
    raid: RaidChanges
    raid_words: SafeMarkdown
    milestone_words: SafeMarkdown
    wins: tuple[SafeMarkdown, ...]
    asks: tuple[AskView, ...]
    voices: tuple[Voice, ...]


def make_monthly(due: Due, context: ReportContext, ref: str | None) -> Document:
    view = monthly_view(due, context)
    promised = context.commitment(context.derive(due.as_of)) if context.commitment else {}
    payload = {"status": {m.derived.ref: m.rag for m in (*view.key, *view.others)}, **promised}
    return issue_document(REPORT.template, due, context, view, payload)


@frozen
class MonthlyView:
    """What the template shows; it computes nothing."""

    month: SafeMarkdown
    counts: Mapping[str, int]
    key: Sequence[Month]
    others: Sequence[Month]
    quarter: SafeMarkdown
    charts: tuple[SafeMarkdown, ...]
    revenue: PortfolioQuarter | None
    revenue_before: Was | None
    earned: float
    expected: float | None
    replayed: bool
    error: float | None
    rates: PortfolioDerived
    waterfall: WaterfallView | None
    months_ahead: MonthsAhead | None
    forecast_record: RecordView | None
    invoicing: InvoicingView | None
    decisions: tuple[Decision, ...]
    more_decisions: int
    wins: Sequence[tuple[SafeMarkdown, SafeMarkdown]]
    hit: int
    slipped: int
    escalated: int
    completed: Sequence[SafeMarkdown]
    rated: int
    hours: float
    worst: Sequence[tuple[SafeMarkdown, StoryView]]
    asks: Sequence[tuple[SafeMarkdown, AskView]]
    more_asks: int
    partners: tuple[PartnerView, ...]
    notes: tuple[Voice, ...]


def monthly_view(due: Due, context: ReportContext) -> MonthlyView:
    """Everything the template shows."""
    derived = context.derive(due.as_of)
    then = context.derive_to(due.period.first - ONE_DAY, Depth.FIGURES)
    quarter = context.calendar.fiscal_quarter(due.as_of)
    told = promised_by_engagement(context, derived, due.period.name)
    months = sorted(
        (month_of_engagement(context, e, due, quarter.name, told) for e in derived.engagements if _belongs(e, due)),
        key=lambda m: (by_colour(m.rag), m.derived.ref),
    )
    month = derived.portfolio.revenue_by_month.get(due.period.name, PortfolioQuarter())
    promised = month.committed_at_start
    expected = expected_of(then.portfolio.revenue_by_month, due.period) if promised is None else promised
    needed = [(m.name, ask) for m in months for ask in m.asks]
    decisions = decisions_in(context, derived.engagements, due.period)
    return MonthlyView(
        month=context.templates.words.month(due.period.first),
        counts=count_colours(m.rag for m in months),
        key=[m for m in months if m.facts.key],
        others=[m for m in months if not m.facts.key],
        quarter=SafeMarkdown(quarter.name),
        charts=revenue_charts(context, derived),
        revenue=derived.portfolio.revenue.get(quarter.name),
        revenue_before=quarter_was(context, quarter, due.period.first - ONE_DAY),
        earned=month.actual,
        expected=expected,
        replayed=promised is None,
        error=month.actual / expected - 1 if expected else None,
        rates=derived.portfolio,
        waterfall=waterfall_view(context, derived),
        months_ahead=months_ahead(context, derived, due.period),
        forecast_record=record_view(context, derived),
        invoicing=invoicing_view(context, derived, due.period),
        decisions=decisions[:MOST_DECISIONS],
        more_decisions=max(0, len(decisions) - MOST_DECISIONS),
        wins=[(m.name, win) for m in months for win in m.wins],
        hit=sum(len(m.hit) for m in months),
        slipped=sum(len(m.slipped) for m in months),
        escalated=sum(len(m.raid.escalated) for m in months),
        completed=[m.name for m in months if m.derived.phase == Phase.COMPLETE],
        rated=sum(e.phase == Phase.COMPLETE for e in derived.engagements),
        hours=sum(m.hours for m in months),
        worst=grave_stories(context, derived.running),
        asks=needed[:MOST_ASKS],
        more_asks=max(0, len(needed) - MOST_ASKS),
        partners=partner_views(context, due.as_of, due.period),
        notes=voices(context, None, due.period, ("portfolio",)),
    )


def _lost(
    derived: EngagementDerived, engagement: Engagement, context: ReportContext, span: Period
) -> tuple[tuple[str, int], ...]:
    months = days_lost(derived.schedule.delays, known_causes(derived, engagement, context.settings.labels))
    return tuple((cause, days) for cause, days in months.get(span.name, {}).items() if days)


def month_of_engagement(
    context: ReportContext, derived: EngagementDerived, due: Due, quarter: str, promised: Mapping[str, float]
) -> Month:
    """`promised` is what was published of each engagement when the month began; without it a replay tells."""
    span, ref = due.period, derived.ref
    engagement = context.engagements(due.as_of)[ref]
    then = context.derived(ref, span.first - ONE_DAY, Depth.FIGURES)
    colours = colours_of(derived.status)
    hit, slipped = milestones_hit(derived, then), milestones_slipped(context, derived, then)
    raid = raid_movement(context, derived, then)
    words = context.templates.words
    return Month(
        name=context.titled(ref, derived.title),
        facts=engagement.facts,
        derived=derived,
        end=derived.end,
        headline=headline(context, derived, engagement.facts, due.as_of),
        rag=colours["overall"],
        trend=weekly_colours(context, ref, span),
        axes=axis_views(context, derived),
        hit=milestone_views(context, hit),
        slipped=slipped,
        lost=_lost(derived, engagement, context, span),
        hours=hours_in(engagement, span),
        earned=month.actual if (month := derived.forecast.revenue_by_month.get(span.name)) else None,
        expected=promised.get(ref, expected_of(then.forecast.revenue_by_month, span) if then else None),
        revenue=derived.forecast.revenue.get(quarter),
        raid=raid,
        raid_words=_counted(
            words, opened=raid.opened, closed=raid.closed, escalated=raid.escalated, open=raid.open_now
        ),
        milestone_words=_counted(words, hit=hit, slipped=slipped),
        wins=_wins(context, engagement, due),
        asks=ask_views(context, derived),
        voices=voices(context, ref, span),
    )


def expected_of(months: Mapping[str, QuarterRevenue | PortfolioQuarter], span: Period) -> float | None:
    """The forecast of a month among those known when it began; None where there was none."""
    month = months.get(span.name)
    return month.forecast if month else None


def _counted(words: Words, **counts: Sequence[object] | int) -> SafeMarkdown:
    """`2 opened, 1 closed, 5 open`: what there was; nothing else is worth a word."""
    found = ((name, n if isinstance(n, int) else len(n)) for name, n in counts.items())
    return joined([words.text(f"monthly.n_{name}", n=n) for name, n in found if n])


def _wins(context: ReportContext, engagement: Engagement, due: Due) -> tuple[SafeMarkdown, ...]:
    names: Iterable[str] = context.settings.labels.win
    items = labelled_in(engagement, lambda label: label in names, due.period, context.calendar)
    return tuple(context.titled(item.ref, item.title) for item in items)


def _belongs(derived: EngagementDerived, due: Due) -> bool:
    """Running, or completed within the month."""
    closed = derived.completion.completed_on
    return derived.phase != Phase.COMPLETE or (closed is not None and closed >= due.period.first)


REPORT = Report(
    kind="monthly",
    name="monthly summary",
    readers="PS leadership",
    rhythm=MONTHLY,
    config=MonthlyReport,
    make=make_monthly,
    has_slides=True,
)
