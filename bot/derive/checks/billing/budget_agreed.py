"""Burn and revenue are judged against what was sold: hours, a value, or amounts of milestones."""

from __future__ import annotations

from bot.derive.checks.gate import EVERY_PHASE, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import BillingType


def _has_budget(subject: Subject) -> bool:
    """Hours for time and materials; else a value, or amounts of milestones."""
    facts = subject.engagement.facts
    priced = facts.value is not None or any(m.amount is not None for m in facts.milestones)
    return bool(facts.hours) if facts.billing == BillingType.TIME_AND_MATERIALS else priced


GATE = Gate(
    "budget-agreed",
    LifeStage.START,
    EVERY_PHASE,
    Phrase("The facts have no budget (hours, value or amounts of milestones)."),
    asked=lambda s: s.engagement.facts.billing is not None,
)

RULE = Rule(id="budget-agreed", severity=None, gate=GATE, find=lacking(_has_budget))
