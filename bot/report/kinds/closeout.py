"""Closeout of a completed engagement: estimated against actual hours and dates, deliverables, lessons. Written once.

What comes in after the last issue is closed (sign-off, survey, late hours) still belongs in it, so it is kept current for
four weeks; after that it stands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from bot.config.reports import CloseoutReport
from bot.derive.decisions.due import Due
from bot.derive.results import ChangeOrder, EngagementDerived
from bot.derive.schedule.slips import days_lost, known_causes
from bot.domain.border import read_day
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import Engagement, Facts, Item
from bot.domain.vocabulary import Audience, Phase
from bot.report.context import ReportContext
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, NoteTarget
from bot.report.parts.headline import headline
from bot.report.parts.movement import is_lesson
from bot.report.parts.replies import Voice
from bot.report.parts.rows import AcceptanceView, MilestoneView, acceptance_views, milestone_views
from bot.report.registry import Report, ReportPlace
from bot.report.text.safe_text import SafeMarkdown, clean

PERIOD = "closeout"
KEPT_CURRENT = timedelta(days=28)
MOST_NAMES = 3
MUCH = 1.1
"""Times its estimate, or the estimate so many times the hours: less is no cause worth a name."""
CHECKS = ("sign_off", "time_complete", "change_orders_executed", "retro")


def subjects(due: Due, context: ReportContext) -> Iterable[str]:
    """Complete engagements without a closeout, and those that completed in the last four weeks."""
    for derived in context.served(due.as_of):
        if derived.phase == Phase.COMPLETE:
            closed = derived.completion.completed_on
            fresh = closed is not None and due.as_of - closed <= KEPT_CURRENT
            if fresh or not context.past_of("closeout", derived.ref):
                yield derived.ref


def make_closeout(due: Due, context: ReportContext, ref: str | None) -> Document:
    derived, engagement = context.derived(ref or "", due.as_of), context.engagements(due.as_of).get(ref or "")
    if derived is None or engagement is None:
        raise LookupError(f"{ref} is not among what was derived as of {due.as_of}")
    view = closeout_view(due, context, derived, engagement)
    return Document(
        kind="closeout",
        audience=Audience.INTERNAL,
        period=PERIOD,
        target=NoteTarget(engagement.facts.internal or engagement.ref),
        body=context.templates.render(REPORT.template, view),
        engagement=ref,
        as_of_line=view.as_of_line,
        payload={"v": 1, "hours": derived.budget.hours_spent, "hours_budget": derived.budget.hours_budget},
    )


@frozen
class CloseoutView:
    """What the template shows; it computes nothing."""

    name: SafeMarkdown
    as_of_line: SafeMarkdown
    facts: Facts
    derived: EngagementDerived
    started: date | None
    finished: date | None
    start_days: int | None
    end: date | None
    end_days: int | None
    hours_over: float | None
    sold_hours: float | None
    headline: SafeMarkdown
    original: Original | None
    lost: tuple[tuple[str, int], ...]
    added: tuple[SafeMarkdown, ...]
    most_names: int
    deviations: tuple[tuple[SafeMarkdown, float, float], ...]
    left_open: int
    revenue: float | None
    milestones: tuple[MilestoneView, ...]
    acceptance: tuple[AcceptanceView, ...]
    orders: tuple[tuple[ChangeOrder, SafeMarkdown], ...]
    checks: tuple[tuple[str, bool | None], ...]
    lessons: tuple[tuple[SafeMarkdown, tuple[str, ...]], ...]
    wins: tuple[SafeMarkdown, ...]
    voices: tuple[Voice, ...]
    unread: tuple[Text, ...]
    notes_start: SafeMarkdown
    notes_end: SafeMarkdown


def closeout_view(due: Due, context: ReportContext, derived: EngagementDerived, engagement: Engagement) -> CloseoutView:
    """Everything the template shows."""
    words, facts, budget = context.templates.words, engagement.facts, derived.budget
    started, finished = _started(engagement), derived.completion.completed_on
    lessons = _labelled(engagement, lambda label: is_lesson(label, context.settings.labels.lesson))
    wins = _labelled(engagement, lambda label: label in context.settings.labels.win)
    return CloseoutView(
        name=context.titled(derived.ref, derived.title),
        as_of_line=words.text("common.as_of", day=due.as_of, zone=context.calendar.timezone),
        facts=facts,
        derived=derived,
        started=started,
        finished=finished,
        start_days=_late(context, facts.start, started),
        end=derived.end,
        end_days=_late(context, derived.end, finished),
        hours_over=None if budget.hours_budget is None else budget.hours_spent - budget.hours_budget,
        sold_hours=facts.hours if facts.hours != budget.hours_budget else None,
        headline=headline(context, derived, facts, due.as_of),
        original=original(context, derived, facts),
        lost=_lost(context, derived, engagement),
        added=_added(context, engagement, derived),
        most_names=MOST_NAMES,
        deviations=_deviations(context, engagement, derived),
        left_open=derived.progress.items_total - derived.progress.items_done,
        revenue=sum(q.actual for q in derived.forecast.revenue.values()) if derived.forecast.revenue else None,
        milestones=milestone_views(context, derived.schedule.milestones),
        acceptance=acceptance_views(context, derived.acceptance),
        orders=tuple((o, context.titled(o.ref, o.title)) for o in derived.scope.change_orders),
        checks=tuple((name, getattr(derived.completion, name)) for name in CHECKS),
        lessons=tuple((context.titled(i.ref, i.title), _kinds(i, context)) for i in lessons),
        wins=tuple(context.titled(i.ref, i.title) for i in wins),
        voices=_voices(context, derived.ref),
        unread=derived.errors,
        notes_start=SafeMarkdown(PM_NOTES_START),
        notes_end=SafeMarkdown(PM_NOTES_END),
    )


@frozen
class Original:
    """The first forecast: as the first status published it, else as it would have been when the work began."""

    finish: date | None
    published: bool
    days: int | None


def original(context: ReportContext, derived: EngagementDerived, facts: Facts) -> Original | None:
    """The first forecast of the finish against the outcome, in working days; None where there was none."""
    finished = derived.completion.completed_on
    for report in context.past_of("status", derived.ref):
        told = report.payload.get("posted")  # as it was posted: later runs of its week bring the rest up to date
        day = read_day(told.get("finish")) if isinstance(told, Mapping) else None
        if day:
            return Original(day, True, _late(context, day, finished))
    then = context.forecast_alone(derived.ref, facts.start) if facts.start else None
    first = then.finish.p50 if then else None
    return Original(first, False, _late(context, first, finished)) if isinstance(first, date) else None


def _lost(context: ReportContext, derived: EngagementDerived, engagement: Engagement) -> tuple[tuple[str, int], ...]:
    """Working days by which dates moved in all, by cause."""
    months = days_lost(derived.schedule.delays, known_causes(derived, engagement, context.settings.labels))
    total: Counter[str] = Counter()
    for found in months.values():
        total.update(found)
    return tuple((cause, days) for cause, days in total.most_common() if days > 0)


def _added(context: ReportContext, engagement: Engagement, derived: EngagementDerived) -> tuple[SafeMarkdown, ...]:
    """Work that came after the scope was agreed; what people noted of it, wins and lessons, explains nothing."""
    agreed, labels = derived.scope.baseline_day, context.settings.labels
    late = (
        i
        for i in engagement.items
        if i.ref in derived.progress.values
        and i.created_at
        and agreed
        and context.calendar.local_day(i.created_at) > agreed
        and not any(is_lesson(label, labels.lesson) or label in labels.win for label in i.labels)
    )
    return tuple(context.titled(i.ref, i.title) for i in late)


def _deviations(
    context: ReportContext, engagement: Engagement, derived: EngagementDerived
) -> tuple[tuple[SafeMarkdown, float, float], ...]:
    """The work that took most more than its estimate, or, where the whole took less, most less: name, hours spent, estimated."""
    spent: dict[str, float] = defaultdict(float)
    for log in engagement.timelogs:
        spent[log.item or ""] += log.hours
    budget = derived.budget
    sign = -1 if budget.hours_budget is not None and budget.hours_spent < budget.hours_budget else 1
    found = [
        (sign * (spent[i.ref] - i.estimate_hours), i)
        for i in engagement.items
        if i.ref in derived.progress.values and i.estimate_hours and _is_far(spent[i.ref], i.estimate_hours)
    ]
    far = sorted((pair for pair in found if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].ref))[:MOST_NAMES]
    return tuple((context.titled(i.ref, i.title), spent[i.ref], i.estimate_hours or 0.0) for _, i in far)


def _is_far(spent: float, estimated: float) -> bool:
    return spent > estimated * MUCH or 0 < spent * MUCH < estimated


def _started(engagement: Engagement) -> date | None:
    """The first day on which hours were logged; None where nobody logged any."""
    return min((log.spent_at for log in engagement.timelogs), default=None)


def _late(context: ReportContext, planned: date | None, actual: date | None) -> int | None:
    return context.calendar.working_days_between(planned, actual) if planned and actual else None


def _labelled(engagement: Engagement, is_wanted: Callable[[str], bool]) -> tuple[Item, ...]:
    return tuple(item for item in engagement.items if any(map(is_wanted, item.labels)))


def _kinds(item: Item, context: ReportContext) -> tuple[str, ...]:
    return tuple(label for label in item.labels if is_lesson(label, context.settings.labels.lesson))


def _voices(context: ReportContext, ref: str) -> tuple[Voice, ...]:
    """The PM's notes of all weeks, oldest first: the story of the engagement in its PM's words."""
    return tuple(
        Voice(clean(report.pm_notes), f"{report.period}", None, report.url)
        for report in context.past_of("status", ref)
        if clean(report.pm_notes)
    )


REPORT = Report(
    kind="closeout",
    readers="leadership, engagement managers",
    place=ReportPlace.ENGAGEMENT,
    config=CloseoutReport,
    subjects=subjects,
    make=make_closeout,
)
