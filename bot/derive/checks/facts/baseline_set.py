"""Growth of scope can only be told against a day on which the scope was agreed."""

from __future__ import annotations

from bot.derive.checks.gate import WORKED, Gate, Stage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

RULE = Rule(
    id="baseline-set",
    severity=None,
    gate=Gate(
        id="baseline-set",
        stage=Stage.PLAN,
        phases=WORKED,
        message=Phrase("There is no baseline day (`baseline` or `start`) to measure scope against."),
    ),
    find=lacking(lambda s: s.engagement.facts.baseline_day),
)
