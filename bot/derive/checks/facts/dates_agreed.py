"""Schedule, planning and forecast are judged against the start and the end of the SOW."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate("dates-agreed", LifeStage.START, EVERY_PHASE, Phrase("The facts have no start or no end of the SOW."))

RULE = Rule(
    id="dates-agreed",
    severity=None,
    gate=GATE,
    find=lacking(lambda s: s.engagement.facts.start and s.engagement.facts.end),
)
