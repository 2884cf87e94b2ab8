"""Internal weekly status of one engagement: one screen for its PM, the PMO and the director.

Status → what changed → risks and what we do → plan → decisions and help needed; details fold away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.derive.decisions.due import WEEK, Due, status_cycle
from bot.derive.decisions.mutes import mute_payload
from bot.derive.depth import Depth
from bot.derive.forecast_results import QuarterRevenue
from bot.derive.labels import has_label
from bot.derive.results import EngagementDerived, Scope
from bot.derive.schedule.seen_dates import dates_payload
from bot.derive.scope.baseline import COUNTS
from bot.domain.calendar import Period
from bot.domain.facts.declared import Facts
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase, Text
from bot.domain.model import Engagement, FactFault, PastReport
from bot.domain.vocabulary import Audience, Phase
from bot.report.context import ReportContext
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, NoteTarget
from bot.report.parts.asks import AskView, ask_views
from bot.report.parts.changes import Comparison, changes
from bot.report.parts.charts import status_charts
from bot.report.parts.colours import AxisView, axis_views, colours_of, posted, posted_before, trends
from bot.report.parts.headline import headline
from bot.report.parts.next_steps import StepView, step_views, steps_before
from bot.report.parts.orders import OrderView, manager_lines, mute_changes, muted_line, orders_in_force
from bot.report.parts.rows import AcceptanceView, MilestoneView, RiskView, acceptance_views, milestone_views, risk_views
from bot.report.parts.stories import StoryView, story_views
from bot.report.parts.weekly_status import WEEKLY_STATUS
from bot.report.registry import ReportPlace
from bot.report.site.page_names import page_names
from bot.report.text.safe_text import SafeMarkdown, code, link
from bot.report.text.wording import Words

PAYLOAD_VERSION = 1
NEXT_MILESTONES = 3
MOST_CHANGES = 5
MOST_ASKS = 4
MOST_WORDS = 450
WORD = re.compile(r"\S*\w\S*")
LINK_TARGET = re.compile(r"\]\([^)]*\)")


@frozen
class Week:
    """One engagement in the week that is reported: as it stands, and as it stood when the last report was posted.

    What changed is told from one posting day to the next, however late in its week a report is brought up to date: so
    each change is told in one report, and none in two.
    """

    context: ReportContext
    due: Due
    derived: EngagementDerived
    engagement: Engagement
    first_due: date
    """The day on which this week's report is posted: comparisons start a week before it, whenever this run is."""

    @property
    def day(self) -> date:
        return self.due.as_of

    @property
    def since(self) -> date:
        return self.first_due - WEEK

    @property
    def until(self) -> date:
        return min(self.first_due, self.day)

    @property
    def own(self) -> PastReport | None:
        """What already stands for this week."""
        known = self.context.past_of("status", self.derived.ref)
        return next((report for report in known if report.period == self.period.name), None)

    @property
    def period(self) -> Period:
        return self.due.period


def subjects(due: Due, context: ReportContext) -> Iterable[str]:
    """Engagements that run, and those that completed in the week reported (their last status)."""
    since = status_cycle(context.settings).first_due(due.period) - WEEK
    for derived in context.served(due.as_of):
        closed = derived.completion.completed_on
        if derived.phase != Phase.COMPLETE or (closed is not None and closed > since):
            yield derived.ref


def week_of_engagement(due: Due, context: ReportContext, ref: str | None) -> Week:
    derived, engagement = context.derived(ref or "", due.as_of), context.engagements(due.as_of).get(ref or "")
    if derived is None or engagement is None:
        raise LookupError(f"{ref} is not among what was derived as of {due.as_of}")
    first_due = status_cycle(context.settings).first_due(due.period)
    return Week(context, due, derived, engagement, first_due)


def make_status(due: Due, context: ReportContext, ref: str | None) -> Document:
    week = week_of_engagement(due, context, ref)
    colours = colours_of(week.derived.status)
    steps = step_views(context, week.derived)
    view = status_view(week, colours, steps)
    return Document(
        kind="status",
        audience=Audience.INTERNAL,
        period=due.period.name,
        target=NoteTarget(week.engagement.facts.internal or week.engagement.ref),
        body=_short(lambda shown: context.templates.render(REPORT.template, shown), view),
        engagement=ref,
        as_of_line=view.as_of_line,
        payload=status_payload(week, colours, steps),
    )


def _short(render: Callable[[StatusView], SafeMarkdown], view: StatusView) -> SafeMarkdown:
    """The note with as many changes and asks before its folds as a reader takes in: MOST_WORDS in all, the others folded."""
    changes, asks = (*view.changes, *view.more_changes), (*view.asks, *view.more_asks)
    shown = {"changes": len(view.changes), "asks": len(view.asks)}
    body = render(view)
    while _words(body) > MOST_WORDS and max(shown.values()) > 1:
        longer = "changes" if shown["changes"] >= shown["asks"] else "asks"
        shown[longer] -= 1
        c, a = shown["changes"], shown["asks"]
        body = render(replace(view, changes=changes[:c], more_changes=changes[c:], asks=asks[:a], more_asks=asks[a:]))
    return body


def _words(body: str) -> int:
    """Words before the first fold, addresses of links apart."""
    return len(WORD.findall(LINK_TARGET.sub("]", body.split("<details>", 1)[0])))


@frozen
class StatusView:
    """What the template shows; it computes nothing."""

    period: SafeMarkdown
    as_of_line: SafeMarkdown
    name: SafeMarkdown
    facts: Facts
    derived: EngagementDerived
    orders: tuple[OrderView, ...]
    muted: SafeMarkdown | None
    mute_changes: tuple[SafeMarkdown, ...]
    manager: tuple[SafeMarkdown, ...]
    colours: Mapping[str, str]
    partial: bool
    trend: tuple[str, ...]
    axes: tuple[AxisView, ...]
    headline: SafeMarkdown
    until: date
    compared: bool
    previous: str
    changes: tuple[SafeMarkdown, ...]
    more_changes: tuple[SafeMarkdown, ...]
    steps_before: tuple[StepView, ...]
    steps: tuple[StepView, ...]
    stories: tuple[StoryView, ...]
    risks: tuple[RiskView, ...]
    milestones: tuple[MilestoneView, ...]
    more_milestones: tuple[MilestoneView, ...]
    quarter: SafeMarkdown
    runs_out: tuple[str, date] | None
    hours_left: float
    indices: tuple[tuple[str, SafeMarkdown], ...]
    explain: SafeMarkdown
    counting: SafeMarkdown
    page: SafeMarkdown | None
    revenue: QuarterRevenue | None
    acceptance: tuple[AcceptanceView, ...]
    gaps: tuple[tuple[Text, tuple[SafeMarkdown, ...]], ...]
    asks: tuple[AskView, ...]
    more_asks: tuple[AskView, ...]
    customer_owes: int
    charts: tuple[SafeMarkdown, ...]
    unread: tuple[Text, ...]
    notes_start: SafeMarkdown
    notes_end: SafeMarkdown


def status_view(week: Week, colours: Mapping[str, str], steps: tuple[StepView, ...]) -> StatusView:
    """Everything the template shows; it computes nothing."""
    context, derived, engagement = week.context, week.derived, week.engagement
    words, facts = context.templates.words, engagement.facts
    needed = ask_views(context, derived)
    changed = week_changes(week, colours)
    trend = trends(context, derived, week.first_due, colours)
    milestones = milestone_views(context, derived.schedule.milestones)
    quarter = context.calendar.fiscal_quarter(week.day).name
    previous = context.previous("status", derived.ref, week.period)
    return StatusView(
        period=SafeMarkdown(week.period.name),
        as_of_line=words.text("common.as_of", day=week.day, zone=context.calendar.timezone),
        name=context.titled(derived.ref, derived.title),
        facts=facts,
        derived=derived,
        orders=orders_in_force(context, derived),
        muted=muted_line(context, derived),
        mute_changes=mute_changes(context, derived),
        manager=manager_lines(context, derived),
        colours=colours,
        partial=derived.status.partial,
        trend=trend["overall"],
        axes=axis_views(context, derived, trend),
        headline=headline(context, derived, facts, week.due.as_of),
        until=week.until,
        compared=context.derived(derived.ref, week.since, Depth.STATUS) is not None,
        previous=previous.period if previous else "",
        changes=changed[:MOST_CHANGES],
        more_changes=changed[MOST_CHANGES:],
        steps_before=steps_before(context, engagement, week.since, week.period),
        steps=steps,
        stories=story_views(context, derived),
        risks=risk_views(context, derived),
        milestones=tuple(m for m in milestones if not m.done)[:NEXT_MILESTONES],
        more_milestones=(
            *(m for m in milestones if m.done),
            *tuple(m for m in milestones if not m.done)[NEXT_MILESTONES:],
        ),
        quarter=SafeMarkdown(quarter),
        runs_out=_runs_out(week),
        hours_left=max(0.0, (derived.budget.hours_budget or 0.0) - derived.budget.hours_spent),
        indices=_indices(words, derived),
        explain=code(f"psbot explain '{derived.ref}'"),
        counting=_counting(words, context.settings.reports.counting),
        page=_page(context, derived.ref),
        revenue=derived.forecast.revenue.get(quarter),
        acceptance=acceptance_views(context, derived.acceptance),
        gaps=tuple((gap.message, context.links(gap.evidence, own=derived.ref)) for gap in derived.compliance.missing),
        asks=needed[:MOST_ASKS],
        more_asks=needed[MOST_ASKS:],
        customer_owes=sum(
            item.ref in derived.progress.values
            and item.is_open
            and has_label(item.labels, context.settings.labels.waiting_customer)
            for item in engagement.items
        ),
        charts=status_charts(context, derived, engagement, week.day),
        unread=(*derived.errors, *(_tell_fault(fault) for fault in engagement.fact_faults)),
        notes_start=SafeMarkdown(PM_NOTES_START),
        notes_end=SafeMarkdown(PM_NOTES_END),
    )


def _counting(words: Words, address: str | None) -> SafeMarkdown:
    """Where the rules of counting stand: a link where an address is known, else the file."""
    return link(words.text("common.counting"), address) if address else code("docs/counting.md")


def _page(context: ReportContext, ref: str) -> SafeMarkdown | None:
    """The engagement's own page, where somebody said where the pages are."""
    base = context.settings.reports.page
    if not base:
        return None
    name = page_names(e.ref for e in context.portfolio.engagements)[ref]
    return link(context.templates.words.text("status.page"), f"{base.rstrip('/')}/{name}")


def _indices(words: Words, derived: EngagementDerived) -> tuple[tuple[str, SafeMarkdown], ...]:
    """The indices of earned value that are known."""
    schedule, budget = derived.schedule, derived.budget
    known = {"spi": schedule.spi, "spi_t": schedule.spi_t, "cpi": budget.cpi, "tcpi": budget.tcpi}
    found = [(name, words.ratio(value)) for name, value in known.items() if value is not None]
    if budget.eac_hours is not None:
        found.append(("eac", words.hours(round(budget.eac_hours))))
    if derived.scope.growth and round(derived.scope.growth, 2):
        found.append(("growth", words.percent(derived.scope.growth)))
    return tuple(found)


def _runs_out(week: Week) -> tuple[str, date] | None:
    """When the hours end, where that is before the work does: `ran_out` or `runs_out`, and the day."""
    day, finish = week.derived.budget.runs_out, week.derived.forecast.finish.p50
    if day is None or week.derived.phase != Phase.ACTIVE:
        return None
    if day <= week.day:
        return "ran_out", day
    return ("runs_out", day) if not isinstance(finish, date) or day < finish else None


def week_changes(week: Week, colours: Mapping[str, str]) -> tuple[SafeMarkdown, ...]:
    """What changed between the two posting days; nothing where the engagement was not there yet. Risks that a story tells are none."""
    context, ref = week.context, week.derived.ref
    then, earlier = context.derived(ref, week.since, Depth.FIGURES), context.engagements(week.since).get(ref)
    now, later = context.derived(ref, week.until), context.engagements(week.until).get(ref)
    if then is None or earlier is None or now is None or later is None:
        return ()
    computed = colours_of(then.status) if then.phase != Phase.NOT_STARTED else {}
    before = posted_before(context, ref, week.period) or computed
    said = posted(week.own) or colours
    return changes(context, Comparison(now, then, later, earlier, week.since, week.until, said, before))


def status_payload(week: Week, colours: Mapping[str, str], steps: Iterable[StepView]) -> dict[str, Any]:
    """What later runs need to know of this one; hidden in the note, never in a customer's text."""
    derived = week.derived
    finish = derived.forecast.finish
    engagement = week.context.engagements(week.day).get(derived.ref)
    return {
        **({"dates": dates_payload(engagement, week.day)} if engagement else {}),
        "v": PAYLOAD_VERSION,
        "status": dict(colours),
        "progress": derived.progress.percent,
        "scope": baseline_payload(derived.scope),
        "finish": {k: str(day) if day else None for k, day in (("p50", finish.p50), ("p80", finish.p80))},
        "forecast": {
            name: {"actual": q.actual, "forecast": q.forecast, "low": q.low, "high": q.high}
            for name, q in sorted(derived.forecast.revenue.items())
        },
        "posted": _posted(week, colours, steps),
        "days": _days(week, colours["overall"]),
        "risks": sorted({risk.rule for risk in derived.risks}),
        **({"asks": asks} if (asks := _asks(derived)) else {}),
        **mute_payload(derived),
    }


def _asks(derived: EngagementDerived) -> dict[str, str]:
    """Since when each ask is asked."""
    return {ask.key: ask.chase.since.isoformat() for ask in derived.asks if ask.chase}


def _posted(week: Week, colours: Mapping[str, str], steps: Iterable[StepView]) -> Mapping[str, Any]:
    """What the report said when it was first posted: later runs of its week keep it."""
    kept = week.own.payload.get("posted") if week.own else None
    if isinstance(kept, Mapping):
        return kept
    finish = week.derived.forecast.finish.p50
    return {
        "on": week.day.isoformat(),
        "status": dict(colours),
        "next_steps": [step.ref for step in steps],
        "finish": str(finish) if finish else None,
    }


def _days(week: Week, overall: str) -> dict[str, str]:
    """The overall colour by the day on which the report began to say so: each holds until the next."""
    known = week.own.payload.get("days") if week.own else None
    today = week.day.isoformat()
    days = {str(on): str(said) for on, said in known.items() if str(on) < today} if isinstance(known, Mapping) else {}
    return days if days and days[max(days)] == overall else {**days, today: overall}


def baseline_payload(scope: Scope) -> dict[str, Any]:
    """The size of the baseline as it is known now: GitLab forgets what is deleted later (`derive.scope`)."""
    if scope.baseline_day is None:
        return {}
    size = scope.baseline_items + scope.removed - scope.dropped
    return {"baseline_day": scope.baseline_day.isoformat(), "baseline_items": size, "counts": COUNTS}


REPORT = replace(
    WEEKLY_STATUS,
    name="internal weekly status",
    readers="PM, team, PS management",
    place=ReportPlace.ENGAGEMENT,
    template="internal-status.md.j2",
    subjects=subjects,
    make=make_status,
)


def _tell_fault(fault: FactFault) -> Text:
    return Phrase("{ref} {fault}", ref=fault.ref, fault=fault.message) if fault.ref else fault.message
