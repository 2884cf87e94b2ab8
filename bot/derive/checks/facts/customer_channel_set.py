"""A customer who hears nothing every week asks somebody else, or assumes the worst."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, Stage
from bot.derive.checks.rule import Rule, lacking
from bot.domain.messages import Phrase

RULE = Rule(
    id="customer-channel-set",
    severity=None,
    gate=Gate(
        id="customer-channel-set",
        stage=Stage.START,
        phases=EVERY_PHASE,
        message=Phrase("The customer gets no weekly status: no customer_channel is set."),
    ),
    find=lacking(lambda s: s.engagement.facts.customer_channel),
)
