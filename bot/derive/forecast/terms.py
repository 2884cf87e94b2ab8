"""What a contract says of its revenue, and what was billed by it so far."""

from __future__ import annotations

import math

import numpy as np

from bot.derive.forecast.constants import BILLABLE_PRIOR_HOURS
from bot.derive.forecast.history import Array, WorkAxis, all_logs
from bot.derive.money.hours import is_billable, non_billable_refs
from bot.derive.money.rates import hourly_rate, is_foreign
from bot.derive.scope.change_orders import is_pending
from bot.derive.subject import Subject
from bot.domain.facts import Facts
from bot.domain.frozen import frozen
from bot.domain.vocabulary import ChangeOrderState, Recognition


@frozen
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
    approved_value: float
    """What all approved change orders added."""
    added: tuple[tuple[float, float, float], ...] = ()
    """Approved change orders: position of the approval, and the value and the hours it added."""
    currency: str | None = None
    """The contract's currency, where it is another than that of the reports."""
    unit: str = ""
    """The currency of the reports."""

    @property
    def known(self) -> bool:
        """Whether revenue can be known at all."""
        needed = self.rate if self.recognition == Recognition.AS_DELIVERED else self.value
        return self.recognition is not None and needed is not None and self.currency is None

    def value_at(self, at: float) -> float | None:
        """The contract's value as it stood at a position: a change order adds to it from its approval on."""
        return None if self.value is None else self.value - math.fsum(v for day, v, _ in self.added if day > at + 1e-9)

    def hours_at(self, at: float) -> float | None:
        """The hours sold as they stood at a position."""
        return None if self.hours is None else self.hours - math.fsum(h for day, _, h in self.added if day > at + 1e-9)


def _billable_share(billable: float, total: float) -> float:
    """Of the hours to come; where more was taken back than logged, the hours so far tell nothing."""
    billable = max(billable, 0.0)
    return (billable + BILLABLE_PRIOR_HOURS) / (max(total, billable) + BILLABLE_PRIOR_HOURS)


def make_terms(subject: Subject, axis: WorkAxis) -> Terms:
    """Terms of an engagement. Rate: the facts' (or value ÷ hours), else the user's or the default rate of the config."""
    engagement, finance, labels = subject.engagement, subject.settings.finance, subject.settings.labels
    facts = engagement.facts
    free = non_billable_refs(engagement.items, labels)
    every = all_logs(engagement, labels, subject.calendar)
    logs = [log for log in every if is_billable(log, free)]
    hours = np.array([log.hours for log in logs], dtype=np.float64)
    money = hours * np.array([hourly_rate(facts, log.user, finance) or 0.0 for log in logs], dtype=np.float64)
    approved = np.array([log.approved for log in logs], dtype=bool)
    total, billable = math.fsum(log.hours for log in every), float(hours.sum())
    mean = hourly_rate(facts, "", finance)
    if facts.hourly_rate is None and billable > 0 and money.sum() > 0:
        mean = float(money.sum()) / billable
    orders = subject.change_orders[0]
    approved_orders, sold = [o for o in orders if o.state == ChangeOrderState.APPROVED], value_sold(facts)
    return Terms(
        recognition=facts.recognised,
        value=None if sold is None else sold + sum(o.value for o in approved_orders),
        hours=hours_sold(subject),
        rate=mean,
        billable_share=_billable_share(billable, total),
        billed_at=axis.positions([log.spent_at for log in logs])[approved],
        billed_money=money[approved],
        billed_hours=hours[approved],
        pending_money=float(money[~approved].sum()),
        upside_value=sum(o.value for o in orders if is_pending(o)),
        approved_value=math.fsum(o.value for o in approved_orders),
        added=tuple((axis.position(o.decided), o.value, o.hours) for o in approved_orders if o.decided),
        currency=facts.currency if is_foreign(facts, finance) else None,
        unit=finance.currency,
    )


def value_sold(facts: Facts) -> float | None:
    """The SOW's value; where it names none, what the milestones that earn on acceptance add up to."""
    amounts = [m.amount for m in facts.milestones if m.amount is not None]
    if facts.value is not None or not amounts or facts.recognised != Recognition.ON_ACCEPTANCE:
        return facts.value
    return math.fsum(amounts)


def hours_sold(subject: Subject) -> float | None:
    """The SOW's hours with those of approved change orders; None where it names none."""
    sold = subject.engagement.facts.hours
    return (
        None
        if sold is None
        else sold + sum(o.hours for o in subject.change_orders[0] if o.state == ChangeOrderState.APPROVED)
    )
