"""While a change order waits for a signature its work is either not done or not paid."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import WORKED, Gate, LifeStage
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.decisions.questions import currency_of, working_days_since
from bot.derive.results import ChangeOrder
from bot.derive.scope.change_orders import is_pending
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Money, Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "change_order_ageing_days": Threshold(10, "working days", "A change order undecided for this long is a risk"),
    "change_order_ageing_high_days": Threshold(
        20, "working days", "A change order undecided for this long is a high risk"
    ),
}


def find(subject: Subject) -> Iterator[Finding]:
    limit, high = subject.threshold("change_order_ageing_days"), subject.threshold("change_order_ageing_high_days")
    pending = oldest_first((order.opened, order) for order in subject.derived.scope.change_orders if is_pending(order))
    waiting = [(day, order) for day, order in pending if (working_days_since(subject, day) or 0) >= limit]
    if waiting:
        yield tell_oldest(
            waiting,
            Phrase("{n|# change order waits|# change orders wait} for a decision; {title} since {since}{worth}."),
            Phrase(
                "Ask the customer's sponsor for a decision date; do no work of it before, or get work at risk approved."
            ),
            Severity.HIGH if (working_days_since(subject, waiting[0][0]) or 0) >= high else None,
            worth=_worth(subject, [order for _, order in waiting]),
        )


def _worth(subject: Subject, orders: list[ChangeOrder]) -> Phrase:
    value = sum(sorted(order.value for order in orders))
    return Phrase(", worth {amount} in all", amount=Money(value, currency_of(subject))) if value else NOTHING


GATE = Gate(
    "change-orders-decided",
    LifeStage.CHANGE,
    WORKED,
    Phrase("Change orders that wait too long for a decision: {n}.", n=0),
    asked=lambda s: bool(s.derived.scope.change_orders),
)

RULE = Rule(
    id="change-order-ageing", severity=Severity.MEDIUM, phases=EVERY_PHASE, thresholds=THRESHOLDS, gate=GATE, find=find
)
