"""Wish × standing → plan: what to create, update, leave, refuse or clear away, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from bot.config import Settings
from bot.derive.order_results import OrderEntry
from bot.domain.bulkhead import contained
from bot.publish.audience import Guard
from bot.publish.drafts import DraftPlanner
from bot.publish.health import health_steps
from bot.publish.leftovers import leftover_steps
from bot.publish.marker import Identity
from bot.publish.orders import order_steps
from bot.publish.posts import Standing
from bot.publish.quick_actions import command_lines
from bot.publish.steps import Plan, Step, StepAction
from bot.publish.wishes import make_wishes
from bot.report.document import Document

NONE_HELD: Mapping[Identity, str] = MappingProxyType({})


def make_plan(
    documents: Iterable[Document],
    standing: Standing,
    guard: Guard,
    settings: Settings,
    colours: Mapping[str, str] | None = None,
    orders: Iterable[tuple[str | None, OrderEntry]] = (),
    held: Mapping[Identity, str] = NONE_HELD,
) -> Plan:
    """The plan for these documents. `colours` (engagement → green, yellow, red, unknown) are the statuses to declare; `orders`
    are those that people gave, with the engagement that each is about; `held` tells which documents are held back, and why.

    What is not in `documents` stays as it is: a report of an earlier period is frozen, but for copies of it.
    """
    planner = DraftPlanner(standing, guard, settings.reports.status.customer.approvers)
    documents = tuple(_of_portfolio(document, standing) for document in documents)
    steps: list[Step] = []
    faults: list[str] = []

    def guarded(name: str, make: Callable[[], Iterable[Step]]) -> Iterable[Step]:
        """The steps, checked; where they can't be planned that is told, and the others are."""
        return contained(
            lambda: [_checked(step) for step in make()],
            lambda why: faults.append(f"{name}: could not be planned ({why})"),
            (),
        )

    for document in documents:
        name = " ".join(filter(None, (document.kind, document.audience, document.period, document.engagement)))
        steps += guarded(name, partial(_document_steps, planner, document, held))
    steps += guarded("copies", lambda: leftover_steps(planner, (make_wishes(document)[0] for document in documents)))
    if settings.reports.status.set_health and colours:
        steps += guarded("health labels", lambda: health_steps(colours, standing, settings))
    steps += guarded("orders", lambda: order_steps(orders, standing))
    return Plan(tuple(steps), standing.instance, standing.user, standing.aliases, tuple(faults))


def _of_portfolio(document: Document, standing: Standing) -> Document:
    """A roll-up named after the portfolio that it is on."""
    return replace(document, portfolio=standing.portfolio) if document.engagement is None else document


def _document_steps(planner: DraftPlanner, document: Document, held: Mapping[Identity, str]) -> Iterable[Step]:
    wishes = make_wishes(document)
    if reason := held.get(wishes[0].identity):
        return [planner.step(wishes[0], StepAction.REFUSE, reason)]
    return planner.plan_draft(wishes[0], len(wishes)) if document.draft else planner.plan_wishes(wishes)


def _checked(step: Step) -> Step:
    """The last look at the whole text, PM notes in their place: nothing in it may run as a quick action."""
    lines = command_lines(step.body) if step.writes else []
    if not lines:
        return step
    reason = f"line {lines[0] + 1} of the text would run as a quick action"
    return replace(step, action=StepAction.REFUSE, reason=reason, body="", diff="")
