"""What a customer's report shares of the RAID log and the paper: requests, what waits for a decision, risks, absences.

Everything here is picked by hand from what stands where the customer can read it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from bot.derive.labels import has_label
from bot.derive.people.availability import Availability
from bot.derive.results import SEVERITIES, EngagementDerived, RaidEntry
from bot.derive.scope.change_orders import is_pending
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Item
from bot.domain.vocabulary import AcceptanceState, ItemState, RaidKind
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown

MOST_LINES: Final = 8
SOON: Final = 2
"""Working days to answer what was needed before today."""
AHEAD: Final = timedelta(weeks=4)
"""So far ahead absences are told."""


@frozen
class CustomerRisk:
    """A risk or issue of the shared RAID log."""

    what: SafeMarkdown
    level: str | None
    owner: str | None
    by: date | None
    mitigation: str | None


@frozen
class Waiting:
    """A request: what we need for which work, since when it is asked, by when; `missed` is a date that has passed."""

    what: SafeMarkdown
    since: date | None
    due: date | None
    missed: date | None = None


def requests(
    context: ReportContext, derived: EngagementDerived, visible: Iterable[Item], day: date
) -> tuple[Waiting, ...]:
    """Work that waits for the customer: needed by its due date, else by the day on which the plan has it finished.

    Where that has passed, it is asked for within two working days: nobody can answer yesterday.
    """
    label, planned = context.settings.labels.waiting_customer, derived.schedule.planned
    waiting = []
    for item in visible:
        if item.is_open and has_label(item.labels, label):
            due = item.due_date or planned.get(item.ref)
            passed = due is not None and due < day
            by = context.calendar.add_working_days(day, SOON) if passed else due
            what = context.titled(item.ref, item.title)
            waiting.append(Waiting(what, _since(context, item, label), by, due if passed else None))
    return tuple(sorted(waiting, key=lambda w: (w.missed or w.due or date.max, w.what))[:MOST_LINES])


def _since(context: ReportContext, item: Item, label: str) -> date | None:
    at = item.label_dates.get(label)
    return context.calendar.local_day(at) if at else None


def undecided(
    context: ReportContext, derived: EngagementDerived, visible: Collection[str], milestones: Collection[str]
) -> tuple[SafeMarkdown, ...]:
    """Change requests without a decision, and sign-offs without an answer; never what they are worth."""
    words = context.templates.words
    orders = (o for o in derived.scope.change_orders if is_pending(o) and o.ref in visible)
    signs = (a for a in derived.acceptance if a.state == AcceptanceState.SENT and a.milestone in milestones)
    return (
        *(words.text("customer.order", what=context.titled(o.ref, o.title), day=o.opened) for o in orders),
        *(
            words.text(
                "customer.sign_off_until" if a.passive_on else "customer.sign_off",
                milestone=a.milestone,
                day=a.sent,
                until=a.passive_on,
            )
            for a in signs
        ),
    )


def shared_risks(
    context: ReportContext, derived: EngagementDerived, pm: str | None, visible: Collection[str], day: date
) -> tuple[CustomerRisk, ...]:
    """Open risks and issues of the register that stand where the customer reads, gravest first; the PM where nobody holds one."""
    shown = [e for e in derived.raid if e.ref in visible and _is_shared(e)]
    return tuple(
        CustomerRisk(
            context.titled(e.ref, e.title), e.level, e.owner or pm, _ahead(e.due or e.review, day), e.mitigation
        )
        for e in sorted(shown, key=_gravest_first)
    )


def _is_shared(entry: RaidEntry) -> bool:
    return not entry.confidential and entry.state != ItemState.CLOSED and entry.kind in (RaidKind.RISK, RaidKind.ISSUE)


def _ahead(day: date | None, today: date) -> date | None:
    return day if day is not None and day >= today else None


def _gravest_first(entry: RaidEntry) -> tuple[int, int, str]:
    rank = SEVERITIES.index(entry.level) if entry.level in SEVERITIES else 0
    return (-rank, -(entry.score or 0), entry.ref)


def absences(context: ReportContext, engagement: Engagement, day: date) -> tuple[SafeMarkdown, ...]:
    """Who of those that the customer works with is away in the next weeks."""
    return tuple(_absences(context, _people(engagement), day))


def _people(engagement: Engagement) -> list[str]:
    facts = engagement.facts
    working = {user for item in engagement.items if item.is_open for user in item.assignees}
    return sorted(working | {name for name in (facts.pm, facts.architect) if name})


def _absences(context: ReportContext, names: Iterable[str], day: date) -> Iterator[SafeMarkdown]:
    availability = Availability(context.calendar, context.settings.people)
    for name in names:
        for away in sorted(availability.person(name).away, key=lambda absence: absence.first):
            if away.last >= day and away.first <= day + AHEAD:
                yield context.templates.words.text("customer.away", who=name, first=away.first, last=away.last)
