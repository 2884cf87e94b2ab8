"""A 👍 by the customer's named approver on psbot's note about a milestone is a sign-off, as `psbot accepted` is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.derive.decisions.orders.order import Given, Order
from bot.derive.order_results import OrderState
from bot.derive.results import Acceptance
from bot.domain.calendar import WorkCalendar
from bot.domain.model import Engagement, PastReport
from bot.domain.vocabulary import AcceptanceState, Audience

NOTE = "acceptance"
"""Kind of the note that asks the customer for acceptance."""


SURVEY = "csat"
"""Kind of the note that asks how it was."""


def with_rating(engagement: Engagement, past: Iterable[PastReport], prefix: str, until: datetime) -> Engagement:
    """The engagement labelled with the rating that its named approvers gave before `until`: the last one of each, the lowest of all.

    People's own `csat::N` labels stand beside it.
    """
    approvers = {name.casefold() for name in engagement.facts.acceptance}
    given: dict[str, tuple[datetime, int]] = {}
    for report in past:
        if (report.kind, report.audience, report.engagement) == (SURVEY, Audience.CUSTOMER, engagement.ref):
            for answer in sorted(report.consents, key=lambda c: c.at):
                name = answer.author.casefold()
                if answer.rating is not None and name in approvers and answer.at < until:
                    given[name] = (answer.at, answer.rating)
    if not given:
        return engagement
    lowest = min(rating for _, rating in given.values())
    return replace(engagement, labels=(*engagement.labels, f"{prefix}{lowest}"))


def period_of(milestone: str) -> str:
    """What the note about a milestone is told by: of its title, in any letters."""
    folded = " ".join(milestone.split()).casefold()
    return f"milestone-{hashlib.sha256(folded.encode()).hexdigest()[:12]}"


def consents_of(past: Iterable[PastReport], engagement: Engagement, calendar: WorkCalendar) -> Iterator[Order]:
    """Each milestone's first 👍 by somebody whom the SOW names, as an order that holds."""
    approvers = {name.casefold() for name in engagement.facts.acceptance}
    titles = [*(m.milestone for m in engagement.facts.milestones), *(m.title for m in engagement.milestones)]
    known = {period_of(title): title for title in reversed(titles)}
    for report in past:
        title = known.get(report.period)
        if (report.kind, report.audience, report.engagement) != (
            NOTE,
            Audience.CUSTOMER,
            engagement.ref,
        ) or title is None:
            continue
        given = sorted((c for c in report.consents if c.author.casefold() in approvers), key=lambda c: (c.at, c.author))
        for consent in given[:1]:
            day = calendar.local_day(consent.at)
            yield Order(
                word="accepted",
                text=f'accepted "{title}" {day.isoformat()} (👍)',
                by=consent.author,
                at=consent.at,
                given=Given({"milestone": title, "day": day}),
                url=report.url,
            )


def with_proof(clock: Acceptance, orders: Sequence[Order]) -> Acceptance:
    """The acceptance with who said so, and where: the last order about it that holds."""
    said = [
        o
        for o in orders
        if o.word == "accepted" and o.state is OrderState.OBEYED and o.given.values.get("milestone") == clock.milestone
    ]
    if not said or clock.state != AcceptanceState.ACCEPTED:
        return clock
    return replace(clock, accepted_by=said[-1].by, proof=said[-1].url)
