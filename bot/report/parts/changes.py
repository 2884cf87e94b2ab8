"""What changed since the last report, most important first: two derivations compared, each line with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from bot.derive.results import Acceptance, EngagementDerived, MilestoneStatus, Risk
from bot.domain.frozen import frozen
from bot.domain.messages import Text
from bot.domain.model import Engagement, Item
from bot.domain.vocabulary import AxisName, MilestoneState, Phase, RiskSource, Severity
from bot.report.context import ReportContext, items_by_ref
from bot.report.parts.colours import AXES
from bot.report.text.safe_text import SafeMarkdown, joined

MOST_OF_A_KIND = 3
FAR = 5
"""Working days by which an expected date must move to be news."""
NEAR = 2
"""Working days by which the finish must move: a day more or less is the forecast's own unrest."""
WORTH_TELLING = ("high", "critical")


@frozen
class Comparison:
    """One engagement now and then: derived values, the engagement itself, and the colours said each time."""

    now: EngagementDerived
    then: EngagementDerived
    engagement: Engagement
    earlier: Engagement
    since: date
    until: date
    colours: Mapping[str, str]
    colours_before: Mapping[str, str]


def changes(context: ReportContext, pair: Comparison) -> tuple[SafeMarkdown, ...]:
    """Lines that say what changed; empty when nothing did."""
    lines: list[SafeMarkdown] = []
    for find in (_colours, _escalations, _milestones, _finish, _work, _risks, _change_orders, _acceptance):
        lines += find(context, pair)
    return tuple(lines)


def _colours(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    words = context.templates.words
    for axis in AXES:
        before, now = pair.colours_before.get(axis), pair.colours.get(axis)
        if before and now and before != now:
            why = _why(pair, axis)
            yield words.text(
                "change.colour_why" if why else "change.colour",
                axis=words.name("axis", axis),
                before=words.rag(before),
                now=words.rag(now),
                why=why,
            )


def _why(pair: Comparison, axis: str) -> Text:
    """The first reason of an axis; of the whole, what makes it worse than any axis: the axes tell the rest."""
    if axis != AxisName.OVERALL:
        reasons = getattr(pair.now.status, axis).reasons
        return reasons[0].text if reasons else ""
    if any(pair.colours.get(name) == pair.colours.get("overall") for name in AXES[1:]):
        return ""
    return next((risk.message for risk in pair.now.risks if risk.severity == Severity.CRITICAL), "")


def _work(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    words = context.templates.words
    before, values = items_by_ref(pair.earlier), pair.now.progress.values
    closed = [i for i in pair.engagement.items if i.ref in values and not i.is_open and _was_open(before, i.ref)]
    added = [i for i in pair.engagement.items if i.ref in values and i.ref not in before]
    if closed:
        was, now = words.percent(pair.then.progress.percent), words.percent(pair.now.progress.percent)
        refs = context.links((i.ref for i in closed), MOST_OF_A_KIND)
        yield words.text("change.closed", n=len(closed), was=was, now=now, links=_linked(refs))
    planned = [i for i in added if _is_planning(context, pair, i)]
    grown = [i for i in added if i not in planned]
    for key, items in (("change.planned", planned), ("change.added", grown)):
        if items:
            refs = context.links((i.ref for i in items), MOST_OF_A_KIND)
            yield words.text(key, n=len(items), links=_linked(refs))
    hours = pair.now.budget.hours_spent - pair.then.budget.hours_spent
    if hours:
        key = "change.hours" if pair.now.budget.burn is not None else "change.hours_alone"
        yield words.text(key, hours=words.hours(hours), burn=words.percent(pair.now.budget.burn))


def _is_planning(context: ReportContext, pair: Comparison, item: Item) -> bool:
    """Whether work came before the scope was agreed: then it is the plan, and no growth of it."""
    agreed = pair.now.scope.baseline_day
    return agreed is None or item.created_at is None or context.calendar.local_day(item.created_at) <= agreed


def _milestones(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    words, before = context.templates.words, {m.title: m for m in pair.then.schedule.milestones}
    for milestone in pair.now.schedule.milestones:
        was = before.get(milestone.title)
        name = context.titled(milestone.ref, milestone.title)
        if milestone.state == MilestoneState.DONE and (was is None or was.state != MilestoneState.DONE):
            yield words.text("change.milestone_done", milestone=name, slip=_slip(context, milestone))
        elif was is not None and was.due != milestone.due and was.due and milestone.due:
            yield _moved(context, pair, milestone, was.due, milestone.due, "change.milestone_moved")
        elif milestone.state == MilestoneState.LATE and was is not None and was.state != MilestoneState.LATE:
            yield words.text("change.milestone_late", milestone=name, due=milestone.due)
        elif was is not None and was.forecast and milestone.forecast and milestone.state != MilestoneState.DONE:
            far = abs(context.calendar.working_days_between(was.forecast, milestone.forecast)) >= FAR
            if far and milestone.forecast != pair.now.forecast.finish.p50:  # the last one's is the finish, told below
                yield _moved(context, pair, milestone, was.forecast, milestone.forecast, "change.milestone_expected")


def _moved(
    context: ReportContext, pair: Comparison, milestone: MilestoneStatus, was: date, now: date, key: str
) -> SafeMarkdown:
    """How far a milestone's date moved; of a date that people moved also by whose doing, or that nobody has said so."""
    words, days = context.templates.words, context.calendar.working_days_between(was, now)
    named = next((c for c in reversed(pair.now.causes) if c.milestone == milestone.title), None)
    by = words.name("delay_cause", named.cause if named else "unknown")
    told = words.text("change.said_by", text=named.text, who=named.by) if named and named.text else SafeMarkdown("")
    name = context.titled(milestone.ref, milestone.title)
    return words.text(key, milestone=name, was=was, now=now, days=words.signed(days), n=days, by=by, told=told)


def _slip(context: ReportContext, milestone: MilestoneStatus) -> SafeMarkdown:
    words, days = context.templates.words, milestone.slip_days
    if days is None:
        return SafeMarkdown("")
    key = "late" if days > 0 else "early" if days < 0 else "on_time"
    return words.text(f"slip.{key}", n=abs(days))


def _finish(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    was, now = pair.then.forecast.finish.p80, pair.now.forecast.finish.p80
    if isinstance(was, date) and isinstance(now, date) and pair.now.phase == Phase.ACTIVE:
        days = context.calendar.working_days_between(was, now)
        if abs(days) >= NEAR:
            words = context.templates.words
            causes = list(_later(context, pair) if days > 0 else _earlier(context, pair))
            why = joined(causes or [words.text("change.why_slower" if days > 0 else "change.why_faster")])
            yield words.text("change.finish", was=was, now=now, days=words.signed(days), n=days, why=why)


def _later(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    """What put the finish off: another end, work added, work that was planned for the week and is still open."""
    words, values, before = context.templates.words, pair.now.progress.values, items_by_ref(pair.earlier)
    if pair.then.end and pair.now.end and pair.now.end > pair.then.end:
        yield words.text("change.why_end", end=pair.now.end)
    added = sum(item.ref in values and item.ref not in before for item in pair.engagement.items)
    if added:
        yield words.text("change.why_added", n=added)
    planned, closed = _planned_in_week(pair), _closed(pair)
    if planned - closed:
        yield words.text("change.why_planned", n=len(planned), closed=len(planned & closed))
    elif not closed:
        yield words.text("change.why_nothing")


def _earlier(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    """What brought the finish forward: another end, work taken out, work closed."""
    words, closed = context.templates.words, _closed(pair)
    if pair.then.end and pair.now.end and pair.now.end < pair.then.end:
        yield words.text("change.why_end", end=pair.now.end)
    removed = pair.now.scope.removed - pair.then.scope.removed
    if removed > 0:
        yield words.text("change.why_removed", n=removed)
    if closed:
        yield words.text("change.why_closed", n=len(closed))


def _planned_in_week(pair: Comparison) -> set[str]:
    return {ref for ref, day in pair.then.schedule.planned.items() if pair.since < day <= pair.until}


def _closed(pair: Comparison) -> set[str]:
    before, values = items_by_ref(pair.earlier), pair.now.progress.values
    return {i.ref for i in pair.engagement.items if i.ref in values and not i.is_open and _was_open(before, i.ref)}


def _risks(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    words = context.templates.words
    before, now = _grave(pair.then.risks), _grave(pair.now.risks)
    told = {rule for story in pair.now.stories for rule in story.risks}
    fresh = [r for key, r in now.items() if key not in before and r.rule not in told]
    gone = [r for key, r in before.items() if key not in now]
    for key, risks in (("change.risk_new", fresh), ("change.risk_gone", gone)):
        for risk in risks[:MOST_OF_A_KIND]:
            links = _linked(context.links(risk.evidence, own=pair.now.ref)) if risks is fresh else SafeMarkdown("")
            yield words.text(key, severity=words.name("severity", risk.severity), risk=risk.message, links=links)
        if len(risks) > MOST_OF_A_KIND:
            yield words.text(f"{key}_more", n=len(risks) - MOST_OF_A_KIND)


def _grave(risks: Iterable[Risk]) -> dict[tuple[str, ...], Risk]:
    """What is worth telling, by rule: one more late milestone makes no new risk. A risk of the register is its own."""
    grave = [risk for risk in risks if risk.severity in WORTH_TELLING]
    return {(r.rule, *(r.evidence if r.source == RiskSource.REGISTER else ())): r for r in reversed(grave)}


def _escalations(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    words = context.templates.words
    before, now = {e.ref: e for e in pair.then.escalations}, {e.ref: e for e in pair.now.escalations}
    for ref in sorted(now.keys() - before.keys()):
        yield words.text("change.escalated", what=context.titled(ref, now[ref].title))
    for ref in sorted(before.keys() - now.keys()):
        yield words.text("change.deescalated", what=context.titled(ref, before[ref].title))


def _change_orders(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    words, before = context.templates.words, {o.ref: o.state for o in pair.then.scope.change_orders}
    for order in pair.now.scope.change_orders:
        if before.get(order.ref) != order.state:
            yield words.text(
                "change.order" if order.hours or order.value else "change.order_open",
                what=context.titled(order.ref, order.title),
                state=words.name("change_order", order.state),
                hours=words.hours(order.hours),
                value=words.money(order.value),
            )


def _acceptance(context: ReportContext, pair: Comparison) -> Iterator[SafeMarkdown]:
    words, before = context.templates.words, {a.milestone: a.state for a in pair.then.acceptance}
    for clock in pair.now.acceptance:
        if clock.state != before.get(clock.milestone, "open"):
            yield words.text(
                "change.acceptance",
                milestone=clock.milestone,
                state=words.name("acceptance", clock.state),
                amount=_amount(context, clock),
            )


def _amount(context: ReportContext, clock: Acceptance) -> SafeMarkdown:
    return (
        SafeMarkdown("") if clock.amount is None else SafeMarkdown(f" ({context.templates.words.money(clock.amount)})")
    )


def _was_open(before: Mapping[str, object], ref: str) -> bool:
    item = before.get(ref)
    return item is None or bool(getattr(item, "is_open", True))


def _linked(links: Iterable[SafeMarkdown]) -> SafeMarkdown:
    joined = ", ".join(links)
    return SafeMarkdown(f" ({joined})" if joined else "")
