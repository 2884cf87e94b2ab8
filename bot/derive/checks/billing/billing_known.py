"""How the work is billed decides what earns money, and when."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate("billing-known", LifeStage.START, EVERY_PHASE, Phrase("The facts don't say how the work is billed."))

RULE = Rule(id="billing-known", severity=None, gate=GATE, find=lacking(lambda s: s.engagement.facts.billing))
