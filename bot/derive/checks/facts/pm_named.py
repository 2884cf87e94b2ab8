"""An engagement that nobody answers for is nobody's engagement."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.derive.decisions.questions import owner_of
from bot.domain.messages import Phrase

GATE = Gate("pm-named", LifeStage.START, EVERY_PHASE, Phrase("Neither a PM nor an assignee is named."))

RULE = Rule(id="pm-named", severity=None, gate=GATE, find=lacking(owner_of))
