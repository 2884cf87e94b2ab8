"""Reports, people and places are found by the customer's name."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate("customer-named", LifeStage.START, EVERY_PHASE, Phrase("The facts name no customer."))

RULE = Rule(id="customer-named", severity=None, gate=GATE, find=lacking(lambda s: s.engagement.facts.customer))
