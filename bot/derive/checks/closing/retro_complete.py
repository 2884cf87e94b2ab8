"""What an engagement taught is lost unless it is written down at its end."""

from __future__ import annotations

from bot.derive.checks.gate import CLOSING, Gate, Stage
from bot.derive.checks.practices import Practice
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

RULE = Rule(
    id="retro-complete",
    severity=None,
    gate=Gate(
        id="retro-complete",
        stage=Stage.CLOSE,
        phases=CLOSING,
        message=Phrase("The internal retrospective is not marked complete."),
        practice=Practice.RETROSPECTIVES,
    ),
    find=lacking(lambda s: s.derived.completion.retro),
)
