"""Orders as a stage of the derivation: read for the whole portfolio, then obeyed engagement by engagement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.derive.decisions.colours import overall_colour
from bot.derive.decisions.mutes import with_mutes_judged
from bot.derive.decisions.orders.consents import with_proof
from bot.derive.decisions.orders.effects import adjusted, prepared
from bot.derive.decisions.orders.judging import Court, entry_of, read_orders
from bot.derive.decisions.orders.order import Order
from bot.derive.reports_about import ReportsAbout
from bot.derive.results import EngagementDerived, Risk
from bot.derive.subject import Subject, evolve
from bot.domain.bulkhead import contained
from bot.domain.messages import Phrase, Text
from bot.domain.model import PastReport, Portfolio
from bot.domain.vocabulary import AxisName


def read_all_orders(
    portfolio: Portfolio, past: Sequence[PastReport], court: Court
) -> tuple[dict[str, tuple[Order, ...]], list[Text]]:
    """The orders about each engagement; where they can't be read, that is told and none hold."""
    found: dict[str, tuple[Order, ...]] = {}
    faults: list[Text] = []
    reports = ReportsAbout(past)
    for engagement in portfolio.engagements:
        found[engagement.ref] = contained(
            partial(read_orders, reports.of(engagement.ref), engagement, court),
            partial(_tell_orders, faults, engagement.ref),
            (),
            fatal=(),
        )
    return found, faults


def as_ordered(portfolio: Portfolio, past: Sequence[PastReport], court: Court) -> Portfolio:
    """The portfolio with the sign-off dates that PMs ordered."""
    orders, _ = read_all_orders(portfolio, past, court)
    return replace(portfolio, engagements=tuple(prepared(e, orders[e.ref]) for e in portfolio.engagements))


def _tell_orders(faults: list[Text], ref: str, why: str) -> None:
    faults.append(Phrase("orders about {ref} can't be read: {error}", ref=ref, error=why))


def obey(subject: Subject, orders: Sequence[Order], payloads: Sequence[Mapping[str, object]] = ()) -> EngagementDerived:
    """What orders publish in place of the computed; an overruled axis counts in the overall colour too."""
    derived = with_mutes_judged(adjusted(subject.derived, orders), subject.day, payloads)
    status = derived.status
    if status.overrides and AxisName.OVERALL not in status.overrides:
        overall = overall_colour(
            (status.schedule, status.scope, status.budget), derived.escalations, _all_risks(derived)
        )
        status = replace(status, overall=overall)
    return evolve(
        derived,
        status=status,
        acceptance=tuple(with_proof(clock, orders) for clock in derived.acceptance),
        orders=tuple(entry_of(order) for order in orders),
    )


def _all_risks(derived: EngagementDerived) -> tuple[Risk, ...]:
    """A mute folds a risk away; it makes no colour better."""
    return (*derived.risks, *(mute.risk for mute in derived.muted))
