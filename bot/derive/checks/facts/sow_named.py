"""Without the SOW's name nobody can look up what was agreed."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate("sow-named", LifeStage.START, EVERY_PHASE, Phrase("The facts name no SOW."))

RULE = Rule(id="sow-named", severity=None, gate=GATE, find=lacking(lambda s: s.engagement.facts.sow))
