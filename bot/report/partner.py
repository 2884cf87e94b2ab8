"""What each delivery partner has to do: its open and late work, and its hours against its order.

`PartnerWork` has no field for money, rates or risks. The hand-over form is for the partner's own eyes: the name of any
customer or partner that it doesn't work for is blacked out wherever it stands.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bot.derive.decisions.due import Due
from bot.derive.labels import label_value
from bot.derive.scope.breakdown import work_items
from bot.domain.model import Engagement, Item, Portfolio
from bot.report.context import ReportContext, short_ref
from bot.report.document import RenderedFile
from bot.report.text.safe_text import SafeMarkdown

TEMPLATE = "partner.md.j2"
BLACKED = "███"
SHORT_NAME = 4


@dataclass(frozen=True, slots=True)
class PartnerItem:
    """One piece of work in the partner's hands."""

    title: str
    ref: str
    due: date | None
    late: bool
    assignees: tuple[str, ...]
    confidential: bool = False


@dataclass(frozen=True, slots=True)
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

    @property
    def late(self) -> int:
        return sum(item.late for item in self.open)


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner and its engagements."""

    partner: str
    work: tuple[PartnerWork, ...]


def partner_views(context: ReportContext, day: date) -> tuple[PartnerView, ...]:
    """Every partner by name, with the engagements that it works on."""
    engagements = context.engagements(day)
    found: dict[str, list[PartnerWork]] = {}
    for ref in sorted(engagements):
        for partner in sorted(partners_of(engagements[ref], context)):
            found.setdefault(partner, []).append(_work(context, engagements[ref], partner, day))
    return tuple(PartnerView(name, tuple(found[name])) for name in sorted(found))


def partners_of(engagement: Engagement, context: ReportContext) -> set[str]:
    """The partner of the facts, and those that `partner::` labels name."""
    prefix = context.settings.labels.partner
    named = {label_value(item.labels, prefix) for item in engagement.items} | {engagement.facts.partner}
    return {name for name in named if name}


def make_handover(due: Due, context: ReportContext, partner: str) -> RenderedFile | None:
    """The hand-over form for one partner; None when it works on nothing here."""
    wanted = partner.casefold()
    view = next((v for v in partner_views(context, due.as_of) if v.partner.casefold() == wanted), None)
    if view is None:
        return None
    words = context.templates.words
    safe = _for_partner(context, view)
    text = context.templates.render(
        TEMPLATE,
        {"view": safe, "as_of_line": words.text("common.as_of", day=due.as_of, zone=context.calendar.timezone)},
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


def _work(context: ReportContext, engagement: Engagement, partner: str, day: date) -> PartnerWork:
    """Labelled work is the partner's; where nothing is labelled, the partner of the facts does all of it."""
    mine = tuple(_partner_items(engagement, partner, context))
    refs = {item.ref for item in mine}
    whole = _does_all(engagement, partner, context)
    hours = sum(log.hours for log in engagement.timelogs if whole or log.item in refs)
    estimates = [item.estimate_hours for item in mine if item.estimate_hours]
    return PartnerWork(
        engagement.facts.customer or "",
        engagement.facts.sow or "",
        context.titled(engagement.ref, engagement.title),
        hours,
        engagement.facts.hours if whole else (sum(estimates) if estimates else None),
        sum(not item.is_open for item in mine),
        len(mine),
        tuple(_item_view(item, day) for item in sorted(mine, key=_by_due) if item.is_open),
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
