"""What an engagement taught is lost unless it is written down at its end."""

from __future__ import annotations

from bot.derive.checks.gate import CLOSING, Gate, LifeStage
from bot.derive.checks.practices import Practice
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate(
    "retro-complete",
    LifeStage.CLOSE,
    CLOSING,
    Phrase("The internal retrospective is not marked complete."),
    practice=Practice.RETROSPECTIVES,
)

RULE = Rule(id="retro-complete", severity=None, gate=GATE, find=lacking(lambda s: s.derived.completion.retro))
