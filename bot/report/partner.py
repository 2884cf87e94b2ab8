"""What each delivery partner has to do: its open and late work, and its hours against its order.

`PartnerWork` has no field for money, rates or risks. The hand-over form is for the partner's own eyes: the name of any
customer or partner that it doesn't work for is blacked out wherever it stands.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from bot.derive.decisions.due import Due
from bot.derive.labels import label_value
from bot.derive.results import EngagementDerived
from bot.derive.scope.breakdown import work_items
from bot.domain.calendar import Period
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Item, Portfolio, TimeLog
from bot.domain.vocabulary import MilestoneState
from bot.report.context import ReportContext, short_ref
from bot.report.document import RenderedFile
from bot.report.text.safe_text import SafeMarkdown

TEMPLATE = "partner.md.j2"
BLACKED = "███"
SHORT_NAME = 4


@frozen
class PartnerItem:
    """One piece of work in the partner's hands."""

    title: str
    ref: str
    due: date | None
    late: bool
    assignees: tuple[str, ...]
    confidential: bool = False


@frozen
class PartnerMilestone:
    """A milestone that holds work of the partner: the date agreed, and the one expected now or kept."""

    title: str
    agreed: date | None
    expected: date | None
    done: bool


@frozen
class PartnerWork:
    """One engagement of a partner: hours used of its order (None: no order known), what is open, what is late."""

    customer: str
    sow: str
    name: SafeMarkdown
    hours: float
    order: float | None
    done: int
    total: int
    open: tuple[PartnerItem, ...]
    pm: str | None = None
    milestones: tuple[PartnerMilestone, ...] = ()
    people: tuple[tuple[str, float], ...] = ()
    """Hours of each of the partner's people in the period: what an invoice is checked against."""

    @property
    def late(self) -> int:
        return sum(item.late for item in self.open)


@frozen
class PartnerView:
    """A partner and its engagements."""

    partner: str
    work: tuple[PartnerWork, ...]


def partner_views(context: ReportContext, day: date, period: Period) -> tuple[PartnerView, ...]:
    """Every partner by name, with the engagements that it works on."""
    engagements = context.engagements(day)
    found: dict[str, list[PartnerWork]] = {}
    for ref in sorted(engagements):
        for partner in sorted(partners_of(engagements[ref], context)):
            found.setdefault(partner, []).append(_work(context, engagements[ref], partner, day, period))
    return tuple(PartnerView(name, tuple(found[name])) for name in sorted(found))


def partners_of(engagement: Engagement, context: ReportContext) -> set[str]:
    """The partner of the facts, and those that `partner::` labels name."""
    prefix = context.settings.labels.partner
    named = {label_value(item.labels, prefix) for item in engagement.items} | {engagement.facts.partner}
    return {name for name in named if name}


@frozen
class HandoverView:
    """What the template of the hand-over form shows."""

    view: PartnerView
    as_of_line: SafeMarkdown
    period: SafeMarkdown


def make_handover(due: Due, context: ReportContext, partner: str) -> RenderedFile | None:
    """The hand-over form for one partner; None when it works on nothing here."""
    wanted = partner.casefold()
    view = next((v for v in partner_views(context, due.as_of, due.period) if v.partner.casefold() == wanted), None)
    if view is None:
        return None
    words = context.templates.words
    safe = _for_partner(context, view)
    text = context.templates.render(
        TEMPLATE,
        HandoverView(
            safe,
            words.text("common.as_of", day=due.as_of, zone=context.calendar.timezone),
            SafeMarkdown(due.period.name),
        ),
    )
    slug = re.sub(r"[^a-z0-9]+", "-", wanted).strip("-") or "partner"
    return RenderedFile(f"partner-{slug}-{due.period.name}.md", text)


def _for_partner(context: ReportContext, view: PartnerView) -> PartnerView:
    """The view with what the partner must not read blacked out; confidential work is left out altogether."""
    hidden = names_to_hide(context.portfolio, context, view)
    own = (view.partner, *(work.customer for work in view.work))
    return PartnerView(
        view.partner,
        tuple(
            dataclasses.replace(
                work,
                name=SafeMarkdown(""),
                milestones=tuple(dataclasses.replace(m, title=blacken(m.title, hidden, own)) for m in work.milestones),
                open=tuple(
                    dataclasses.replace(
                        item, title=blacken(item.title, hidden, own), ref=blacken(item.ref, hidden, own)
                    )
                    for item in work.open
                    if not item.confidential
                ),
            )
            for work in view.work
        ),
    )


def names_to_hide(portfolio: Portfolio, context: ReportContext, view: PartnerView) -> tuple[str, ...]:
    """Every customer and partner of the portfolio that this partner doesn't work for, longest first."""
    names = {e.facts.customer for e in portfolio.engagements}
    for engagement in portfolio.engagements:
        names |= partners_of(engagement, context)
    own = {view.partner.casefold(), *(work.customer.casefold() for work in view.work)}
    return tuple(sorted((n for n in names if n and n.casefold() not in own), key=lambda n: (-len(n), n)))


def blacken(text: str, names: Iterable[str], own: Iterable[str]) -> str:
    """`text` with `names` blacked out, in any case, and however their words are joined (`umbrella-corp`).

    A short name, or one that is part of an own one, must stand as a word of its own: "IT" is no part of "with".
    """
    kept = " ".join(own).casefold()
    for name in names:
        pattern = r"[\W_]*".join(map(re.escape, re.findall(r"[^\W_]+", name)))
        if pattern and (len(name) < SHORT_NAME or name.casefold() in kept):
            pattern = rf"(?<![^\W_]){pattern}(?![^\W_])"
        text = re.sub(pattern, BLACKED, text, flags=re.IGNORECASE) if pattern else text
    return text


def _work(context: ReportContext, engagement: Engagement, partner: str, day: date, period: Period) -> PartnerWork:
    """Labelled work is the partner's; where nothing is labelled, the partner of the facts does all of it."""
    mine = tuple(_partner_items(engagement, partner, context))
    refs = {item.ref for item in mine}
    whole = _does_all(engagement, partner, context)
    logs = tuple(_partner_logs(context, engagement, partner, None if whole else refs))
    hours = sum(log.hours for log in logs)
    derived = context.derived(engagement.ref, day)
    budget = derived.budget.hours_budget if derived else engagement.facts.hours
    estimates = [item.estimate_hours for item in mine if item.estimate_hours]
    return PartnerWork(
        engagement.facts.customer or "",
        engagement.facts.sow or "",
        context.titled(engagement.ref, engagement.title),
        hours,
        budget if whole else (sum(estimates) if estimates else None),
        sum(not item.is_open for item in mine),
        len(mine),
        tuple(_item_view(item, day) for item in sorted(mine, key=_by_due) if item.is_open),
        engagement.facts.pm,
        tuple(_milestones(derived, {item.milestone for item in mine})) if derived else (),
        _by_person(log for log in logs if log.spent_at in period and log.spent_at <= day),
    )


def _partner_logs(
    context: ReportContext, engagement: Engagement, partner: str, refs: Collection[str] | None
) -> Iterator[TimeLog]:
    """Hours of the partner's people where the config names them, else all that were logged on its work (None: on all)."""
    belongs = {name.casefold(): person.partner for name, person in context.settings.people.items()}
    named = any((name or "").casefold() == partner.casefold() for name in belongs.values())
    for log in engagement.timelogs:
        theirs = (belongs.get(log.user.casefold()) or "").casefold() == partner.casefold()
        if theirs if named else refs is None or log.item in refs:
            yield log


def _by_person(logs: Iterable[TimeLog]) -> tuple[tuple[str, float], ...]:
    hours: dict[str, float] = {}
    for log in logs:
        hours[log.user] = hours.get(log.user, 0.0) + log.hours
    return tuple(sorted(hours.items()))


def _milestones(derived: EngagementDerived, titles: Collection[str | None]) -> Iterator[PartnerMilestone]:
    """Those that hold its work, by date."""
    known = sorted(derived.schedule.milestones, key=lambda m: (m.closed or m.forecast or m.due or date.max, m.title))
    for m in known:
        if m.title in titles:
            yield PartnerMilestone(
                m.title, m.baseline or m.due, m.closed or m.forecast or m.due, m.state == MilestoneState.DONE
            )


def _partner_items(engagement: Engagement, partner: str, context: ReportContext) -> Iterator[Item]:
    labels, whole = context.settings.labels, _does_all(engagement, partner, context)
    for item in work_items(engagement, labels):
        if whole or label_value(item.labels, labels.partner) == partner:
            yield item


def _does_all(engagement: Engagement, partner: str, context: ReportContext) -> bool:
    prefix = context.settings.labels.partner
    labelled = any(label_value(item.labels, prefix) for item in engagement.items)
    return engagement.facts.partner == partner and not labelled


def _item_view(item: Item, day: date) -> PartnerItem:
    late = item.due_date is not None and item.due_date < day
    return PartnerItem(item.title, short_ref(item.ref), item.due_date, late, item.assignees, item.confidential)


def _by_due(item: Item) -> tuple[date, str]:
    return (item.due_date or date.max, item.ref)
