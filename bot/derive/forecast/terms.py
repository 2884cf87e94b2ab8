"""The money side of an engagement: what is earned for what, and what was earned so far."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bot.derive.forecast.history import Array, WorkAxis, all_logs
from bot.derive.money.hours import is_billable, non_billable_refs
from bot.derive.money.rates import hourly_rate
from bot.derive.scope.change_orders import find_change_orders, is_pending
from bot.derive.subject import Subject

BILLABLE_PRIOR_HOURS = 40.0
"""Future hours count as billable like the past ones, which weigh against this many fully billable hours."""


@dataclass(frozen=True)
class Terms:
    """Recognition rule, contract value and hours with approved change orders, the mean rate, and billable hours by day."""

    recognition: str | None
    value: float | None
    hours: float | None
    rate: float | None
    billable_share: float
    billed_at: Array
    billed_money: Array
    billed_hours: Array
    pending_money: float
    """Billable hours that nobody has approved yet, in money."""
    upside_value: float
    """What change orders that are not decided yet could add."""
    added: tuple[tuple[float, float], ...] = ()
    """Approved change orders: position of the approval, and the value it added."""
    approved_value: float = 0.0
    """What all approved change orders added."""
    currency: str | None = None
    """The contract's currency, where it is another than that of the reports."""

    @property
    def known(self) -> bool:
        """Whether revenue can be known at all."""
        needed = self.rate if self.recognition == "as_delivered" else self.value
        return self.recognition is not None and needed is not None and self.currency is None

    def value_at(self, at: float) -> float | None:
        """The contract's value as it stood at a position: a change order adds to it from its approval on."""
        return None if self.value is None else self.value - math.fsum(v for day, v in self.added if day > at + 1e-9)


def make_terms(subject: Subject, axis: WorkAxis) -> Terms:
    """Terms of an engagement. Rate: the facts' (or value ÷ hours), else the user's or the default rate of the config."""
    engagement, finance, labels = subject.engagement, subject.settings.finance, subject.settings.labels
    facts, contract = engagement.facts, engagement.facts.hourly_rate
    free = non_billable_refs(engagement.items, labels)
    every = all_logs(engagement, labels, subject.calendar)
    logs = [log for log in every if is_billable(log, free)]
    hours = np.array([log.hours for log in logs], dtype=np.float64)
    money = hours * np.array([hourly_rate(facts, log.user, finance) or 0.0 for log in logs], dtype=np.float64)
    approved = np.array([log.approved for log in logs], dtype=bool)
    total, billable = math.fsum(log.hours for log in every), float(hours.sum())
    mean = hourly_rate(facts, "", finance)
    if contract is None and billable > 0 and money.sum() > 0:
        mean = float(money.sum()) / billable
    orders = find_change_orders(subject)[0]
    approved_orders = [o for o in orders if o.state == "approved"]
    return Terms(
        recognition=facts.recognised,
        value=None if facts.value is None else facts.value + sum(o.value for o in approved_orders),
        hours=None if facts.hours is None else facts.hours + sum(o.hours for o in approved_orders),
        rate=mean,
        billable_share=(billable + BILLABLE_PRIOR_HOURS) / (total + BILLABLE_PRIOR_HOURS),
        billed_at=axis.positions([log.spent_at for log in logs])[approved],
        billed_money=money[approved],
        billed_hours=hours[approved],
        pending_money=float(money[~approved].sum()),
        upside_value=sum(o.value for o in orders if is_pending(o)),
        approved_value=math.fsum(o.value for o in approved_orders),
        added=tuple((axis.position(o.decided), o.value) for o in approved_orders if o.decided),
        currency=facts.currency if (facts.currency or finance.currency).upper() != finance.currency.upper() else None,
    )
