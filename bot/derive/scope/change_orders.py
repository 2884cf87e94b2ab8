"""Change orders: their issues, states, hours, value and cycle time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from bot.derive.labels import change_order_state, label_day
from bot.derive.money.rates import hourly_rate
from bot.derive.results import ChangeOrder, Reason
from bot.derive.subject import Subject
from bot.domain.facts import read_change, read_date
from bot.domain.messages import Phrase
from bot.domain.model import Item
from bot.domain.vocabulary import BillingType, ChangeOrderState


def find_change_orders(subject: Subject) -> tuple[tuple[ChangeOrder, ...], tuple[Reason, ...]]:
    """All change orders by reference, and what can't be read in their `ps-change-order` blocks."""
    orders: list[ChangeOrder] = []
    faults: list[Reason] = []
    for item in sorted(subject.engagement.items, key=lambda i: i.ref):
        state = change_order_state(item, subject.settings.labels)
        if state:
            order, unread = _change_order(item, state, subject)
            orders.append(order)
            faults += unread
    return tuple(orders), tuple(faults)


def is_pending(order: ChangeOrder) -> bool:
    """Proposed, and neither decided nor closed without a decision."""
    return order.state == ChangeOrderState.PROPOSED and order.decided is None


def _change_order(item: Item, state: ChangeOrderState, subject: Subject) -> tuple[ChangeOrder, Iterable[Reason]]:
    faults: list[Reason] = []

    def read(key: str, reader: Callable[[Any], Any]) -> Any:
        try:
            return reader(item.facts.get(key))
        except ValueError as problem:
            faults.append(Reason(_fault_text(item, key, problem), (item.ref,)))
            return None

    calendar = subject.calendar
    hours, value, end = read("hours", read_change), read("value", read_change), read("end", read_date)
    given = item.facts.get("value") is not None
    opened = calendar.local_day(item.created_at) if item.created_at else None
    decided = _decided(item, state, subject)
    order = ChangeOrder(
        ref=item.ref,
        title=item.title,
        state=state,
        hours=hours or 0.0,
        value=(value or 0.0) if given else _value_of(hours or 0.0, subject),
        end=end,
        opened=opened,
        decided=decided,
        cycle_days=(decided - opened).days if decided and opened else None,
        web_url=item.web_url,
    )
    return order, faults


def _decided(item: Item, state: ChangeOrderState, subject: Subject) -> date | None:
    """The day of the deciding label; without one, the day on which the issue was closed."""
    name = getattr(subject.settings.labels.change_order, state)
    labelled = label_day(item, name, subject.calendar) if state != ChangeOrderState.PROPOSED else None
    closed = subject.calendar.local_day(item.closed_at) if item.closed_at else None
    return labelled or closed


def _value_of(hours: float, subject: Subject) -> float:
    """What hours are worth where no value is given: the rate on time and materials; a fixed price stays what it is."""
    facts = subject.engagement.facts
    rate = hourly_rate(facts, "", subject.settings.finance)
    return hours * rate if facts.billing == BillingType.TIME_AND_MATERIALS and rate else 0.0


def _fault_text(item: Item, key: str, problem: ValueError) -> Phrase:
    return Phrase("Change order “{title}”: {key} {problem}.", title=item.title, key=key, problem=problem.args[0])
