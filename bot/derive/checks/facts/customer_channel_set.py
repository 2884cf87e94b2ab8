"""A customer who hears nothing every week asks somebody else, or assumes the worst."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

GATE = Gate(
    "customer-channel-set",
    LifeStage.START,
    EVERY_PHASE,
    Phrase("The customer gets no weekly status: no customer_channel is set."),
)

RULE = Rule(
    id="customer-channel-set", severity=None, gate=GATE, find=lacking(lambda s: s.engagement.facts.customer_channel)
)
