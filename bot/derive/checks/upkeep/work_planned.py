"""What is not in GitLab can neither be followed nor forecast."""

from __future__ import annotations

from bot.derive.checks.gate import WORKING, Gate, LifeStage, once_planned
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate("work-planned", LifeStage.PLAN, WORKING, Phrase("There is no work in GitLab."), asked=once_planned)

RULE = Rule(id="work-planned", severity=None, gate=GATE, find=lacking(lambda s: s.work))
