"""Growth of scope can only be told against a day on which the scope was agreed."""

from __future__ import annotations

from bot.derive.checks.gate import WORKED, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate(
    "baseline-set",
    LifeStage.PLAN,
    WORKED,
    Phrase("There is no baseline day (`baseline` or `start`) to measure scope against."),
)

RULE = Rule(id="baseline-set", severity=None, gate=GATE, find=lacking(lambda s: s.engagement.facts.baseline_day))
