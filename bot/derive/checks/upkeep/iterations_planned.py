"""Long engagements are planned in short steps, or their plan is out of date for most of the time."""

from __future__ import annotations

from bot.derive.checks.gate import WORKING, Gate, LifeStage, is_long, once_planned
from bot.derive.checks.practices import Practice
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate(
    "iterations-planned",
    LifeStage.PLAN,
    WORKING,
    Phrase("A long engagement without iterations: no open item is in one."),
    practice=Practice.ITERATIONS,
    asked=lambda s: is_long(s) and once_planned(s) and bool(s.to_do),
)

RULE = Rule(
    id="iterations-planned", severity=None, gate=GATE, find=lacking(lambda s: any(item.iteration for item in s.to_do))
)
