"""Quarterly roll-up for the QBR: did we deliver what we forecast, on time and on budget, and what do we ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.config import LabelSettings
from bot.config.reports import QuarterlyReport
from bot.derive.decisions.due import QUARTERLY, Due
from bot.derive.forecast_results import PortfolioQuarter
from bot.derive.labels import has_label
from bot.derive.results import ChangeOrder, Derived, EngagementDerived, PortfolioDerived, QuarterRevenue
from bot.derive.schedule.slips import days_lost, known_causes
from bot.domain.calendar import ONE_DAY, Period
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Item
from bot.domain.vocabulary import ChangeOrderState, Colour, Phase
from bot.report.context import ReportContext
from bot.report.document import Document
from bot.report.parts.asks import AskView, ask_views
from bot.report.parts.charts import revenue_charts
from bot.report.parts.colours import AXES, record_lines, week_colours
from bot.report.parts.forecast_record import RecordView, record_view
from bot.report.parts.issue import issue_document
from bot.report.parts.judged import judged_lines
from bot.report.parts.movement import is_lesson, labelled_in
from bot.report.parts.replies import Voice, voices
from bot.report.parts.stories import StoryView, grave_stories
from bot.report.parts.waterfall import WaterfallView, waterfall_view
from bot.report.parts.weeks import days_red, status_days, weekly_colours
from bot.report.registry import Report
from bot.report.text.safe_text import SafeMarkdown

SATISFIED = 4
"""CSAT of 4 or 5 counts as satisfied."""
TOP_ASKS = 5
MOST_RED = 5


@frozen
class RedSpell:
    """An engagement's days in red within the quarter, and its colours by week."""

    name: SafeMarkdown
    days: int
    about: bool
    trend: tuple[str, ...]
    because: tuple[tuple[str, int], ...] = ()
    """Axes that were red, and in how many of the weeks."""


@frozen
class Csat:
    """Survey answers of engagements that completed in the quarter."""

    answers: int
    mean: float | None
    satisfied: int


def make_quarterly(due: Due, context: ReportContext, ref: str | None) -> Document:
    view = quarterly_view(due, context)
    promised = context.commitment(context.derive(due.as_of)) if context.commitment else {}
    return issue_document(REPORT.template, due, context, view, promised)


@frozen
class QuarterlyView:
    """What the template shows; it computes nothing."""

    quarter: SafeMarkdown
    next_quarter: SafeMarkdown
    revenue: PortfolioQuarter | None
    charts: tuple[SafeMarkdown, ...]
    tolerance: float
    within: bool | None
    next_revenue: PortfolioQuarter | None
    by_region: Sequence[tuple[str, QuarterRevenue]]
    by_partner: Sequence[tuple[str, QuarterRevenue]]
    by_pm: Sequence[tuple[str, QuarterRevenue]]
    rates: PortfolioDerived
    utilisation_target: float | None
    record: tuple[SafeMarkdown, ...]
    lost: Sequence[tuple[str, int]]
    judged: tuple[SafeMarkdown, ...]
    waterfall: WaterfallView | None
    forecast_record: RecordView | None
    orders: Sequence[tuple[str, list[ChangeOrder], float, float]]
    order_titles: Mapping[str, SafeMarkdown]
    exceptions: Sequence[tuple[str, list[SafeMarkdown], int]]
    escalations: EscalationCounts
    red: Sequence[RedSpell]
    more_red: Sequence[RedSpell]
    csat: Csat
    lessons: Sequence[Lesson]
    wins: Sequence[SafeMarkdown]
    completed: Sequence[SafeMarkdown]
    on_time: tuple[int, int] | None
    on_budget: tuple[int, int] | None
    backlog: Backlog
    worst: Sequence[tuple[SafeMarkdown, StoryView]]
    asks: Sequence[tuple[SafeMarkdown, AskView]]
    notes: tuple[Voice, ...]


def quarterly_view(due: Due, context: ReportContext) -> QuarterlyView:
    """Everything the template shows."""
    derived, quarter = context.derive(due.as_of), due.period
    engagements = context.engagements(due.as_of)
    following = context.calendar.fiscal_quarter(quarter.last + ONE_DAY)
    revenue = derived.portfolio.revenue.get(quarter.name)
    threshold = context.settings.thresholds.get("utilisation_target")
    red = _red_spells(context, derived, quarter)
    completed = [e for e in derived.engagements if _completed_in(e, quarter)]
    dated = [(e, e.end) for e in completed if e.end is not None]
    return QuarterlyView(
        quarter=SafeMarkdown(quarter.name),
        next_quarter=SafeMarkdown(following.name),
        revenue=revenue,
        charts=revenue_charts(context, derived),
        tolerance=context.settings.finance.tolerance,
        within=None
        if revenue is None or revenue.error is None
        else abs(revenue.error) <= context.settings.finance.tolerance,
        next_revenue=derived.portfolio.revenue.get(following.name),
        by_region=_groups(derived, "region", quarter.name),
        by_partner=_groups(derived, "partner", quarter.name),
        by_pm=_groups(derived, "pm", quarter.name),
        rates=derived.portfolio,
        utilisation_target=threshold,
        record=record_lines(context, derived),
        lost=_lost(derived, engagements, context.settings.labels, quarter),
        judged=judged_lines(context, derived.portfolio.judged),
        waterfall=waterfall_view(context, derived),
        forecast_record=record_view(context, derived, quarter),
        orders=_orders(derived, quarter),
        order_titles={
            o.ref: context.titled_within(e.ref, o.ref, o.title)
            for e in derived.engagements
            for o in e.scope.change_orders
        },
        exceptions=_exceptions(context, engagements.values(), quarter),
        escalations=_escalations(context, engagements.values(), quarter),
        red=red[:MOST_RED],
        more_red=red[MOST_RED:],
        csat=_csat(derived, quarter),
        lessons=_lessons(context, engagements.values(), quarter),
        wins=_wins(context, engagements.values(), quarter),
        completed=[context.titled(e.ref, e.title) for e in completed],
        on_time=_share(e.completion.completed_on <= end for e, end in dated if e.completion.completed_on),
        on_budget=_share(e.budget.hours_spent <= e.budget.hours_budget for e in completed if e.budget.hours_budget),
        backlog=_backlog(derived),
        worst=grave_stories(context, derived.running),
        asks=_top_asks(context, derived),
        notes=voices(context, None, quarter, ("portfolio", "monthly")),
    )


def _share(kept: Iterable[bool]) -> tuple[int, int] | None:
    """(kept, of all); None where nothing is known."""
    answers = list(kept)
    return (sum(answers), len(answers)) if answers else None


def _groups(derived: Derived, grouping: str, quarter: str) -> list[tuple[str, QuarterRevenue]]:
    groups = derived.portfolio.revenue_by.get(grouping, {})
    found = [(name, quarters[quarter]) for name, quarters in groups.items() if quarter in quarters]
    return sorted(found, key=lambda pair: (-pair[1].forecast, pair[0]))


def _orders(derived: Derived, quarter: Period) -> list[tuple[str, list[ChangeOrder], float, float]]:
    """(state, change orders, their hours, their value): decided in the quarter, or open at its end."""
    orders = [o for e in derived.engagements for o in e.scope.change_orders]
    rows = []
    for state in ("approved", "rejected", "proposed"):
        wanted = [
            o for o in orders if o.state == state and (state == ChangeOrderState.PROPOSED or _in(o.decided, quarter))
        ]
        if wanted:
            rows.append((state, wanted, sum(o.hours for o in wanted), sum(o.value for o in wanted)))
    return rows


def _exceptions(
    context: ReportContext, engagements: Iterable[Engagement], quarter: Period
) -> list[tuple[str, list[SafeMarkdown], int]]:
    """(reason label, linked issues, how many are still open): work exceptions and work at risk raised in the quarter."""
    labels = context.settings.labels

    def is_wanted(label: str) -> bool:
        return has_label((label,), labels.exception) or has_label((label,), labels.work_at_risk)

    by_reason: dict[str, list[tuple[SafeMarkdown, bool]]] = {}
    for engagement in engagements:
        for item in labelled_in(engagement, is_wanted, quarter, context.calendar):
            told = context.titled_within(engagement.ref, item.ref, item.title), item.is_open
            for label in filter(is_wanted, item.labels):
                by_reason.setdefault(label, []).append(told)
    return [
        (reason, [title for title, _ in items], sum(is_open for _, is_open in items))
        for reason, items in sorted(by_reason.items())
    ]


@frozen
class EscalationCounts:
    """Escalations of the quarter."""

    opened: int
    closed: int
    open: Sequence[SafeMarkdown]


def _escalations(context: ReportContext, engagements: Iterable[Engagement], quarter: Period) -> EscalationCounts:
    label = context.settings.labels.escalation
    opened: list[Item] = []
    closed: list[Item] = []
    still: list[SafeMarkdown] = []
    for engagement in engagements:
        opened += labelled_in(engagement, lambda name: name == label, quarter, context.calendar)
        carrying = [item for item in engagement.items if has_label(item.labels, label)]
        closed += [i for i in carrying if i.closed_at and _in(context.calendar.local_day(i.closed_at), quarter)]
        still += [context.titled_within(engagement.ref, i.ref, i.title) for i in carrying if i.is_open]
    return EscalationCounts(opened=len(opened), closed=len(closed), open=still)


def _red_spells(context: ReportContext, derived: Derived, quarter: Period) -> list[RedSpell]:
    spells = []
    for engagement in derived.engagements:
        red = days_red(context, engagement.ref, quarter)
        if red.days:
            name, trend = (
                context.titled(engagement.ref, engagement.title),
                weekly_colours(context, engagement.ref, quarter),
            )
            spells.append(RedSpell(name, red.days, red.about, trend, _because(context, engagement.ref, quarter)))
    return sorted(spells, key=lambda spell: (-spell.days, spell.name))


def _because(context: ReportContext, ref: str, quarter: Period) -> tuple[tuple[str, int], ...]:
    """Which axes made it red, by weeks; an escalation or a rated risk where none was."""
    weeks: Counter[str] = Counter()
    for day in status_days(context, quarter):
        colours = week_colours(context, ref, day)
        if colours.get("overall") == Colour.RED:
            axes = [axis for axis in AXES[1:] if colours[axis] == Colour.RED]
            weeks.update(axes or ["overall"])
    return tuple(weeks.most_common())


def _lost(
    derived: Derived, engagements: Mapping[str, Engagement], labels: LabelSettings, quarter: Period
) -> list[tuple[str, int]]:
    """Working days by which due dates moved in the quarter, by cause, most first."""
    days: Counter[str] = Counter()
    for e in derived.engagements:
        engagement = engagements.get(e.ref)
        causes = known_causes(e, engagement, labels) if engagement else {}
        counted = [slip for slip in e.schedule.delays if slip.on in quarter]
        for months in days_lost(counted, causes).values():
            days.update(months)
    return [(cause, n) for cause, n in sorted(days.items(), key=lambda pair: (-pair[1], pair[0])) if n > 0]


def _csat(derived: Derived, quarter: Period) -> Csat:
    scores = [
        e.completion.csat for e in derived.engagements if e.completion.csat is not None and _completed_in(e, quarter)
    ]
    mean = sum(scores) / len(scores) if scores else None
    return Csat(len(scores), mean, sum(score >= SATISFIED for score in scores))


@frozen
class Lesson:
    """A kind of lesson: what was learned in the quarter, and in how many engagements it was learned so far."""

    label: str
    items: tuple[SafeMarkdown, ...]
    engagements: int


def _lessons(context: ReportContext, engagements: Iterable[Engagement], quarter: Period) -> list[Lesson]:
    """The kinds that repeat first."""
    prefix = context.settings.labels.lesson
    items: dict[str, list[SafeMarkdown]] = {}
    known: dict[str, set[str]] = {}
    for engagement in engagements:
        fresh = labelled_in(engagement, lambda name: is_lesson(name, prefix), quarter, context.calendar)
        for item in engagement.items:
            for label in (name for name in item.labels if is_lesson(name, prefix)):
                known.setdefault(label, set()).add(engagement.ref)
                if item in fresh:
                    told = context.titled_within(engagement.ref, item.ref, item.title)
                    items.setdefault(label, []).append(told)
    found = [Lesson(label, tuple(told), len(known[label])) for label, told in items.items()]
    return sorted(found, key=lambda lesson: (-lesson.engagements, -len(lesson.items), lesson.label))


def _wins(context: ReportContext, engagements: Iterable[Engagement], quarter: Period) -> list[SafeMarkdown]:
    names = context.settings.labels.win
    return [
        context.titled_within(e.ref, item.ref, item.title)
        for e in engagements
        for item in labelled_in(e, lambda name: name in names, quarter, context.calendar)
    ]


@frozen
class Backlog:
    """What is sold and not yet delivered, where the facts give it; `without` money there is none for so many."""

    engagements: int
    hours: float
    money: float
    without: int


def _backlog(derived: Derived) -> Backlog:
    """What is sold and not yet delivered at the end of the quarter, where the facts give it: hours and money."""
    running = [e for e in derived.engagements if e.phase != Phase.COMPLETE]
    hours = [
        max(0.0, e.budget.hours_budget - e.budget.hours_spent) for e in running if e.budget.hours_budget is not None
    ]
    money = [
        max(0.0, e.budget.money_budget - sum(q.actual for q in e.forecast.revenue.values()))
        for e in running
        if e.budget.money_budget is not None
    ]
    return Backlog(
        engagements=len(running),
        hours=sum(hours),
        money=sum(money),
        without=len(running) - len(money),
    )


def _top_asks(context: ReportContext, derived: Derived) -> list[tuple[SafeMarkdown, AskView]]:
    """The first asks of the worst engagements."""
    running = (e for e in derived.engagements if e.phase != Phase.COMPLETE)
    return [(context.titled(e.ref, e.title), ask) for e in running for ask in ask_views(context, e)][:TOP_ASKS]


def _completed_in(derived: EngagementDerived, quarter: Period) -> bool:
    return derived.phase == Phase.COMPLETE and _in(derived.completion.completed_on, quarter)


def _in(day: date | None, quarter: Period) -> bool:
    return day is not None and day in quarter


REPORT = Report(
    kind="quarterly",
    name="quarterly roll-up",
    readers="QBR",
    rhythm=QUARTERLY,
    config=QuarterlyReport,
    make=make_quarterly,
    has_slides=True,
)
