"""Customer weekly status: built from `CustomerFacts`, which has no field for money, internal risk or people's load.

What the customer may read: milestones, progress, hours used of the SOW's hours or milestones accepted of
all, risks that stand where the customer can read them, next steps, what we wait for. Confidential items, and items in
our own namespaces, count in nothing here: not even in a number.

A text that needs approval is a draft in the internal channel. It holds as of the day it was due and doesn't move with
every later run: whoever approves it must know that it stands still.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from bot.config import Settings
from bot.derive.decisions.due import WEEK, Due, status_cycle
from bot.derive.decisions.next_steps import next_steps
from bot.derive.decisions.promises import (
    CustomerStanding,
    CustomerState,
    is_missed,
    is_moved,
    promised,
    standing_of,
    state_of,
)
from bot.derive.labels import has_label
from bot.derive.results import EngagementDerived, MilestoneStatus, Story
from bot.domain.calendar import ONE_DAY, Period
from bot.domain.facts import for_customer
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Facts, Item
from bot.domain.vocabulary import ApprovalMode, Audience, BillingType, Colour, Phase
from bot.report.context import ReportContext, path_of
from bot.report.document import CUSTOMER_TEXT_END, CUSTOMER_TEXT_START, Document, NoteTarget
from bot.report.parts.next_steps import StepView, view_of
from bot.report.parts.rows import MilestoneView, milestone_pairs
from bot.report.parts.shared import CustomerRisk, Waiting, absences, requests, shared_risks, undecided
from bot.report.parts.stories import StoryView, story_views
from bot.report.parts.weekly_status import WEEKLY_STATUS
from bot.report.registry import ReportPlace
from bot.report.text.safe_text import SafeMarkdown, joined

DRAFT_TEMPLATE = "customer-draft.md.j2"
MOST_LINES = 8
MOST_RISKS = 5
STATES = {
    CustomerState.DONE: SafeMarkdown("✅"),
    CustomerState.ON_PLAN: SafeMarkdown("🟢"),
    CustomerState.NEW_PLAN: SafeMarkdown("🟢"),
    CustomerState.AT_RISK: SafeMarkdown("🟡"),
    CustomerState.LATE: SafeMarkdown("🔴"),
}


@frozen
class CustomerFacts:
    """All that a customer's text is made from: what is not here can't leak, whatever a template asks for."""

    name: SafeMarkdown
    period: SafeMarkdown
    as_of_line: SafeMarkdown
    progress: float | None
    items_done: int
    items_total: int
    milestones: tuple[MilestoneView, ...]
    milestones_done: int
    hours_used: float | None
    hours_sold: float | None
    accepted: int | None
    to_accept: int | None
    finished: tuple[SafeMarkdown, ...]
    more_finished: int
    steps: tuple[StepView, ...]
    state: SafeMarkdown | None
    """Where it stands, in a sentence with its reason."""
    waiting: tuple[Waiting, ...]
    undecided: tuple[SafeMarkdown, ...]
    """Change requests and sign-offs that wait for the customer."""
    absences: tuple[SafeMarkdown, ...]
    risks: tuple[CustomerRisk, ...]
    more_risks: int
    incomplete: bool


def subjects(due: Due, context: ReportContext) -> Iterable[str]:
    """Engagements with a customer's channel, where the config switches these reports on."""
    if not context.settings.reports.status.customer.enabled:
        return
    since = _first_due(due, context) - WEEK
    there = context.engagements(_day(due, context))
    for derived in context.served(due.as_of):
        closed = derived.completion.completed_on
        engagement = context.engagements(due.as_of).get(derived.ref)
        running = derived.phase != Phase.COMPLETE or (closed is not None and closed > since)
        if engagement is not None and derived.ref in there and engagement.facts.customer_channel and running:
            yield derived.ref


def make_customer(due: Due, context: ReportContext, ref: str | None) -> Document:
    day = _day(due, context)
    derived, engagement = context.derived(ref or "", day), context.engagements(day).get(ref or "")
    if derived is None or engagement is None:
        raise LookupError(f"{ref} is not among what was derived as of {day}")
    facts = customer_facts(context, derived, engagement, due, day)
    text = context.templates.render(REPORT.template, facts)
    told = _told(context, derived, engagement)
    made = to_customer(context, "status", due.period.name, text, derived, engagement, told)
    return dataclasses.replace(made, as_of_line=facts.as_of_line)


def to_customer(
    context: ReportContext,
    kind: str,
    period: str,
    text: str,
    derived: EngagementDerived,
    engagement: Engagement,
    told: CustomerWording | None = None,
) -> Document:
    """A text on its way to the customer's channel: as a draft in the internal one first, where it needs approval.

    `told` is what it tells of: the approver sees beside the draft what it doesn't.
    """
    needs_approval = context.settings.reports.status.customer.approval == ApprovalMode.REQUIRED
    channel = NoteTarget(engagement.facts.customer_channel or "")
    return Document(
        kind=kind,
        audience=Audience.CUSTOMER,
        period=period,
        target=NoteTarget(engagement.facts.internal or engagement.ref) if needs_approval else channel,
        body=draft_around(context, text, channel, derived, told or CustomerWording()) if needs_approval else text,
        engagement=engagement.ref,
        draft=needs_approval,
        customer_target=channel if needs_approval else None,
    )


def question(
    context: ReportContext, kind: str, period: str, text: str, derived: EngagementDerived, engagement: Engagement
) -> Document:
    """A text that is asked once: it says something new when its own words change, whatever stands around them."""
    made = to_customer(context, kind, period, text, derived, engagement)
    return dataclasses.replace(made, fingerprint=hashlib.sha256(text.encode()).hexdigest()[:24])


def customer_facts(
    context: ReportContext, derived: EngagementDerived, engagement: Engagement, due: Due, day: date
) -> CustomerFacts:
    """The allow-list in one place: each value is picked here by hand, of the facts those declared for customers."""
    visible = {item.ref: item for item in engagement.items if is_visible(item, context.settings)}
    engagement = dataclasses.replace(engagement, items=tuple(visible.values()), facts=for_customer(engagement.facts))
    work = [item for ref, item in visible.items() if ref in derived.progress.values]
    known = _visible_milestones(derived, engagement, context.settings)
    shown = [promised(milestone, context.calendar) for milestone in known]
    milestones = tuple(_as_told(view, m, derived) for view, m in milestone_pairs(context, shown))
    posted = _first_due(due, context)
    finished = _finished(context, work, Period(posted - WEEK + ONE_DAY, min(day, posted), due.period.name))
    hours, accepted = _contract_progress(derived, engagement.facts)
    risks = shared_risks(context, derived, engagement.facts.pm, visible.keys(), day)
    return CustomerFacts(
        name=name_of(context, engagement),
        period=SafeMarkdown(due.period.name),
        state=_state(context, derived, shown, work, day),
        as_of_line=context.templates.words.text("customer.as_of", day=day),
        progress=_progress(derived, work),
        items_done=sum(not item.is_open for item in work),
        items_total=len(work),
        milestones=milestones,
        milestones_done=sum(m.done for m in milestones),
        hours_used=hours[0],
        hours_sold=hours[1],
        accepted=accepted[0],
        to_accept=accepted[1],
        finished=finished[:MOST_LINES],
        more_finished=max(0, len(finished) - MOST_LINES),
        steps=tuple(view_of(context, step) for step in next_steps(derived.steps, lambda step: step.ref in visible)),
        waiting=requests(context, derived, visible.values(), day),
        undecided=undecided(context, derived, visible.keys(), {m.title for m in shown}),
        absences=absences(context, engagement, day),
        risks=risks[:MOST_RISKS],
        more_risks=max(0, len(risks) - MOST_RISKS),
        incomplete=bool(derived.errors),
    )


def _state(
    context: ReportContext,
    derived: EngagementDerived,
    shown: Sequence[MilestoneStatus],
    visible: Collection[Item],
    day: date,
) -> SafeMarkdown | None:
    """Where the whole stands, in a sentence; and why, where it is not as agreed."""
    standing = standing_of(shown)
    if standing is None:
        return None
    m, words = standing.milestone, context.templates.words
    told = words.text(
        f"customer_state.{_sentence(standing)}",
        milestone=m.title,
        day=m.closed or m.forecast or m.due,
        due=m.due,
        baseline=m.baseline,
        n=m.slip_days,
    )
    return joined([told, *_reason(context, derived, standing, visible, day)], " ")


def _sentence(standing: CustomerStanding) -> str:
    """A date that is missed, one that may be, and one that was moved and may be missed again are three things."""
    moved = is_moved(standing.milestone)
    if standing.state is not CustomerState.AT_RISK or (moved and is_missed(standing.milestone)):
        return standing.state
    return "at_risk_again" if moved else "at_risk_date"


def _reason(
    context: ReportContext, derived: EngagementDerived, standing: CustomerStanding, visible: Collection[Item], day: date
) -> Iterable[SafeMarkdown]:
    """As people named it, else what waits for the customer, else what is overdue; else that the work takes its time."""
    if standing.state in (CustomerState.DONE, CustomerState.ON_PLAN):
        return
    words = context.templates.words
    named = _cause_of(derived, standing.milestone)
    if named:
        yield words.text("customer_state.cause", cause=words.name("slip_cause", named))
    if standing.state is CustomerState.NEW_PLAN or named:
        return
    waiting = sum(i.is_open and has_label(i.labels, context.settings.labels.waiting_customer) for i in visible)
    overdue = sum(i.is_open and i.due_date is not None and i.due_date < day for i in visible)
    if waiting or overdue:
        yield words.text("customer_state.waits" if waiting else "customer_state.overdue", n=waiting or overdue)
    elif standing.state is CustomerState.AT_RISK:
        yield words.text("customer_state.slower" if is_missed(standing.milestone) else "customer_state.no_reserve")


def _as_told(view: MilestoneView, milestone: MilestoneStatus, derived: EngagementDerived) -> MilestoneView:
    """With its state in the customer's words, and why it moved, where somebody said so."""
    state, cause = state_of(milestone), _cause_of(derived, milestone)
    return dataclasses.replace(view, state=str(state), dot=STATES[state], cause=cause)


def _cause_of(derived: EngagementDerived, milestone: MilestoneStatus) -> str | None:
    return next((c.cause for c in derived.causes if c.milestone == milestone.title), None)


def is_visible(item: Item, settings: Settings) -> bool:
    """Whether the customer can read this item in GitLab."""
    return not item.confidential and settings.audience_of(path_of(item.ref)) == Audience.CUSTOMER


def _day(due: Due, context: ReportContext) -> date:
    """As of which day it holds: a text that waits for approval stands still from the day it was due."""
    needs_approval = context.settings.reports.status.customer.approval == ApprovalMode.REQUIRED
    return min(due.as_of, _first_due(due, context)) if needs_approval else due.as_of


def _first_due(due: Due, context: ReportContext) -> date:
    return status_cycle(context.settings).first_due(due.period)


def name_of(context: ReportContext, engagement: Engagement) -> SafeMarkdown:
    """Customer and SOW; the title only where the customer can read it anyway."""
    words, facts = context.templates.words, engagement.facts
    known = [words.output(part) for part in (facts.customer, facts.sow) if part]
    if known:
        return joined(known, " – ")
    readable = (
        not engagement.confidential and context.settings.audience_of(path_of(engagement.ref)) == Audience.CUSTOMER
    )
    return words.output(engagement.title) if readable else words.text("customer.project")


def _visible_milestones(
    derived: EngagementDerived, engagement: Engagement, settings: Settings
) -> Iterable[MilestoneStatus]:
    """Milestones of the contract, and those of namespaces that the customer reads."""
    contract = {fact.milestone for fact in engagement.facts.milestones}
    for milestone in derived.schedule.milestones:
        if settings.audience_of(path_of(milestone.ref)) == Audience.CUSTOMER:
            yield milestone
        elif milestone.title in contract:
            yield dataclasses.replace(milestone, ref="")


def _contract_progress(
    derived: EngagementDerived, facts: Facts
) -> tuple[tuple[float | None, float | None], tuple[int | None, int | None]]:
    """Hours used of those sold (time and materials), or milestones accepted of all: what the contract is measured by."""
    if facts.billing in (None, BillingType.TIME_AND_MATERIALS) and facts.hours is not None:
        return (derived.budget.hours_spent, derived.budget.hours_budget), (None, None)
    if facts.billing == BillingType.TIME_AND_MATERIALS or not derived.acceptance:
        return (None, None), (None, None)
    return (None, None), (sum(a.state.is_given for a in derived.acceptance), len(derived.acceptance))


def _progress(derived: EngagementDerived, work: list[Item]) -> float | None:
    """Share done of the work that the customer can see, in the same values as the internal figure."""
    values = derived.progress.values
    total = sum(values[item.ref] for item in work)
    return sum(values[item.ref] for item in work if not item.is_open) / total if total else None


def _finished(context: ReportContext, work: Iterable[Item], span: Period) -> tuple[SafeMarkdown, ...]:
    closed = [i for i in work if i.closed_at and not i.is_open and context.calendar.local_day(i.closed_at) in span]
    return tuple(context.titled(i.ref, i.title) for i in sorted(closed, key=lambda i: (i.closed_at, i.ref)))


@frozen
class CustomerWording:
    """References of what a customer's text tells of, and where it tells another date than the one that is expected."""

    refs: frozenset[str] = frozenset()
    other_dates: tuple[SafeMarkdown, ...] = ()


def _told(context: ReportContext, derived: EngagementDerived, engagement: Engagement) -> CustomerWording:
    """The shared RAID log, and work that waits for the customer; the end, where it is promised later than expected."""
    visible = {item.ref: item for item in engagement.items if is_visible(item, context.settings)}
    waiting = (r for r, i in visible.items() if has_label(i.labels, context.settings.labels.waiting_customer))
    shared = (e.ref for e in derived.raid if e.ref in visible)
    return CustomerWording(frozenset((*shared, *waiting)), tuple(_other_end(context, derived, engagement)))


def _other_end(context: ReportContext, derived: EngagementDerived, engagement: Engagement) -> Iterable[SafeMarkdown]:
    known = sorted(_visible_milestones(derived, engagement, context.settings), key=lambda m: m.due or date.max)
    for m in known[-1:]:
        said = promised(m, context.calendar).forecast
        if m.forecast and said and said != m.forecast:
            yield context.templates.words.text("draft.finish", milestone=m.title, expected=m.forecast, told=said)


def _withheld(derived: EngagementDerived, told: CustomerWording) -> EngagementDerived:
    """Without the stories that the text itself tells."""
    stories = (s for s in derived.stories if not (_is_told_as_it_is(s) and set(s.evidence) <= told.refs))
    return dataclasses.replace(derived, stories=tuple(stories))


def _is_told_as_it_is(story: Story) -> bool:
    """What days, hours or money come of it is never told; a rated risk or a request is."""
    return story.id.startswith(("register:", "waiting"))


@frozen
class DraftView:
    """What the template shows; it computes nothing."""

    withheld: tuple[StoryView, ...]
    other_dates: tuple[SafeMarkdown, ...]
    rag: Colour
    approvers: tuple[str, ...]
    channel: SafeMarkdown
    text: SafeMarkdown
    text_start: SafeMarkdown
    text_end: SafeMarkdown


def draft_around(
    context: ReportContext, text: str, channel: NoteTarget, derived: EngagementDerived, told: CustomerWording
) -> str:
    view = DraftView(
        withheld=story_views(context, _withheld(derived, told)),
        other_dates=told.other_dates,
        rag=derived.status.overall,
        approvers=context.settings.reports.status.customer.approvers,
        channel=context.link(channel.ref),
        text=SafeMarkdown(text.strip("\n")),
        text_start=SafeMarkdown(CUSTOMER_TEXT_START),
        text_end=SafeMarkdown(CUSTOMER_TEXT_END),
    )
    return context.templates.render(DRAFT_TEMPLATE, view)


REPORT = dataclasses.replace(
    WEEKLY_STATUS,
    name="customer weekly status",
    readers="the customer",
    place=ReportPlace.CUSTOMER_CHANNEL,
    subjects=subjects,
    make=make_customer,
)
