"""Where customers can read the engagement, its internal status needs a place of its own."""

from __future__ import annotations

import re

from bot.derive.checks.gate import EVERY_PHASE, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Audience


def _is_read_by_customers(subject: Subject) -> bool:
    namespace = re.sub(r"[#&]\d+$", "", subject.engagement.ref)
    return subject.settings.audience_of(namespace) != Audience.INTERNAL


GATE = Gate(
    "internal-target-set",
    LifeStage.START,
    EVERY_PHASE,
    Phrase("There is no internal place for the status; customers can read here."),
    asked=_is_read_by_customers,
)

RULE = Rule(id="internal-target-set", severity=None, gate=GATE, find=lacking(lambda s: s.engagement.facts.internal))
