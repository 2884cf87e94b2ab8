"""A change order without a decision at the end is work whose price is still open."""

from __future__ import annotations

from bot.derive.checks.gate import CLOSING, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.derive.subject import Subject
from bot.domain.messages import Phrase


def _is_known(subject: Subject) -> bool:
    return subject.derived.completion.change_orders_executed is not None


GATE = Gate(
    "change-orders-executed",
    LifeStage.CLOSE,
    CLOSING,
    Phrase("A change order is still without a decision."),
    asked=_is_known,
)

RULE = Rule(
    id="change-orders-executed",
    severity=None,
    gate=GATE,
    find=lacking(lambda s: s.derived.completion.change_orders_executed),
)
