"""Internal weekly status of one engagement: one screen for its PM, the PMO and the director.

Status → what changed → risks and what we do → plan → decisions and help needed; details fold away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.calendar import Period
from bot.derive.results import EngagementDerived, Scope
from bot.model import Engagement
from bot.report.context import ReportContext
from bot.report.document import PM_NOTES_END, PM_NOTES_START, Document, NoteTarget
from bot.report.due import WEEK, Due, cycle_of
from bot.report.parts.asks import asks
from bot.report.parts.changes import Comparison, changes
from bot.report.parts.charts import status_charts
from bot.report.parts.colours import AXES, axis_views, colours_of, published_colours, said_before, trends
from bot.report.parts.rows import acceptance_views, milestone_views, risk_views
from bot.report.parts.steps import StepView, next_steps, steps_before
from bot.report.registry import Report
from bot.report.safe_text import SafeMarkdown

PAYLOAD_VERSION = 1
TOP_RISKS = 5
NEXT_MILESTONES = 6


@dataclass(frozen=True)
class Week:
    """One engagement in the week that is reported: as it stands, and as it stood when the last report was written."""

    context: ReportContext
    due: Due
    derived: EngagementDerived
    engagement: Engagement
    first_due: date
    """The day on which this week's report was first due: comparisons start a week before it, whenever this run is."""

    @property
    def day(self) -> date:
        return self.due.as_of

    @property
    def since(self) -> date:
        return self.first_due - WEEK

    @property
    def period(self) -> Period:
        return self.due.period


def subjects(due: Due, context: ReportContext) -> Iterable[str]:
    """Engagements that run, and those that completed in the week reported (their last status)."""
    since = cycle_of("status", context.settings, context.calendar).first_due(due.period) - WEEK
    for derived in context.served(due.as_of):
        closed = derived.completion.completed_on
        if derived.phase != "complete" or (closed is not None and closed > since):
            yield derived.ref


def week_of_engagement(due: Due, context: ReportContext, ref: str | None) -> Week:
    derived, engagement = context.derived(ref or "", due.as_of), context.engagements(due.as_of).get(ref or "")
    if derived is None or engagement is None:
        raise LookupError(f"{ref} is not among what was derived as of {due.as_of}")
    first_due = cycle_of("status", context.settings, context.calendar).first_due(due.period)
    return Week(context, due, derived, engagement, first_due)


def make_status(due: Due, context: ReportContext, ref: str | None) -> Document:
    week = week_of_engagement(due, context, ref)
    colours = published_colours(context, week.derived, due.period)
    steps = next_steps(context, week.engagement, week.derived, week.day)
    view = status_view(week, colours, steps)
    return Document(
        kind="status",
        audience="internal",
        period=due.period.name,
        target=NoteTarget(week.engagement.facts.internal or week.engagement.ref),
        body=context.templates.render(REPORT.template, view),
        engagement=ref,
        as_of_line=view["as_of_line"],
        payload=status_payload(week, colours, steps),
    )


def status_view(week: Week, colours: Mapping[str, str], steps: tuple[StepView, ...]) -> dict[str, Any]:
    """Everything the template shows; it computes nothing."""
    context, derived, engagement = week.context, week.derived, week.engagement
    words, facts = context.templates.words, engagement.facts
    trend = trends(context, derived, week.first_due, colours)
    risks = risk_views(context, derived, engagement)
    milestones = milestone_views(context, derived.schedule.milestones)
    quarter = context.calendar.fiscal_quarter(week.day).name
    previous = context.previous("status", derived.ref, week.period)
    return {
        "period": SafeMarkdown(week.period.name),
        "as_of_line": words.text("common.as_of", day=week.day, zone=context.calendar.timezone),
        "name": context.titled(derived.ref, derived.title),
        "facts": facts,
        "derived": derived,
        "colours": colours,
        "held": colours["overall"] != derived.status.overall,
        "computed": colours_of(derived.status)["overall"],
        "trend": trend["overall"],
        "worst": tuple(axis for axis in AXES[1:] if colours[axis] == colours["overall"] != "green"),
        "critical": tuple(risk for risk in risks if risk.severity == "critical"),
        "axes": axis_views(context, derived, colours, trend),
        "since": week.since,
        "compared": context.derived(derived.ref, week.since) is not None,
        "previous_url": previous.url if previous else "",
        "previous": previous.period if previous else "",
        "changes": week_changes(week, colours),
        "steps_before": steps_before(context, engagement, week.since, week.day, week.period),
        "steps": steps,
        "risks": risks[:TOP_RISKS],
        "more_risks": risks[TOP_RISKS:],
        "milestones": tuple(m for m in milestones if not m.done)[:NEXT_MILESTONES],
        "more_milestones": (
            *(m for m in milestones if m.done),
            *tuple(m for m in milestones if not m.done)[NEXT_MILESTONES:],
        ),
        "milestones_done": sum(m.done for m in milestones),
        "quarter": SafeMarkdown(quarter),
        "ran_out": derived.budget.runs_out is not None and derived.budget.runs_out <= week.day,
        "revenue": derived.forecast.revenue.get(quarter),
        "acceptance": acceptance_views(context, derived.acceptance),
        "gaps": tuple((gap.message, context.links(gap.evidence)) for gap in derived.compliance.missing),
        "asks": asks(context, derived, facts.pm),
        "charts": status_charts(context, derived, engagement, week.day),
        "unread": (*derived.errors, *(f"{f.ref} {f.message}".strip() for f in engagement.fact_faults)),
        "notes_start": SafeMarkdown(PM_NOTES_START),
        "notes_end": SafeMarkdown(PM_NOTES_END),
    }


def week_changes(week: Week, colours: Mapping[str, str]) -> tuple[SafeMarkdown, ...]:
    """What changed since the last report's day; nothing where the engagement was not there yet."""
    context, ref = week.context, week.derived.ref
    then, earlier = context.derived(ref, week.since), context.engagements(week.since).get(ref)
    if then is None or earlier is None:
        return ()
    before = said_before(context, ref, week.period) or colours_of(then.status)
    return changes(context, Comparison(week.derived, then, week.engagement, earlier, week.since, colours, before))


def status_payload(week: Week, colours: Mapping[str, str], steps: Iterable[StepView]) -> dict[str, Any]:
    """What later runs need to know of this one; hidden in the note, never in a customer's text."""
    derived = week.derived
    finish = derived.forecast.finish
    return {
        "v": PAYLOAD_VERSION,
        "status": dict(colours),
        "progress": derived.progress.percent,
        "scope": baseline_payload(derived.scope),
        "finish": {k: str(day) if day else None for k, day in (("p50", finish.p50), ("p80", finish.p80))},
        "forecast": {
            name: {"actual": q.actual, "forecast": q.forecast, "low": q.low, "high": q.high}
            for name, q in sorted(derived.forecast.revenue.items())
        },
        "next_steps": [step.ref for step in steps],
        "risks": sorted({risk.rule for risk in derived.risks}),
    }


def baseline_payload(scope: Scope) -> dict[str, Any]:
    """The size of the baseline as it is known now: GitLab forgets what is deleted later (`derive.scope`)."""
    if scope.baseline_day is None:
        return {}
    return {"baseline_day": scope.baseline_day.isoformat(), "baseline_items": scope.baseline_items + scope.removed}


REPORT = Report("status", "status", "internal-status.md.j2", subjects, make_status)
