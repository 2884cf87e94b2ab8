"""Only the customer can say whether the work was good."""

from __future__ import annotations

from bot.derive.checks.gate import CLOSING, Gate, LifeStage
from bot.derive.checks.practices import Practice
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate(
    "csat-known",
    LifeStage.CLOSE,
    CLOSING,
    Phrase("No answer to the satisfaction survey is recorded."),
    practice=Practice.SURVEYS,
)

RULE = Rule(id="csat-known", severity=None, gate=GATE, find=lacking(lambda s: s.derived.completion.csat is not None))
