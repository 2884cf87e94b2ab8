"""Reports, people and places are found by the customer's name."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, Stage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

RULE = Rule(
    id="customer-named",
    severity=None,
    gate=Gate(
        id="customer-named", stage=Stage.START, phases=EVERY_PHASE, message=Phrase("The facts name no customer.")
    ),
    find=lacking(lambda s: s.engagement.facts.customer),
)
