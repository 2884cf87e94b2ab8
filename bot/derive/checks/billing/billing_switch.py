"""A switch of the billing type changes what earns money, and needs a change order."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase
from bot.domain.model import Facts
from bot.domain.vocabulary import BillingType, Recognition


def find(subject: Subject) -> Iterator[Finding]:
    """Facts that say both: time and materials, and a price for milestones or completion; or the other way round."""
    if hint := _hint(subject.engagement.facts):
        yield Finding(hint=hint, is_risk=False)


def _hint(facts: Facts) -> Phrase:
    priced = [m.milestone for m in facts.milestones if m.amount]
    if facts.billing == BillingType.TIME_AND_MATERIALS and (priced or facts.recognised != Recognition.AS_DELIVERED):
        return Phrase(
            "The facts name time and materials, but also {what}: a switch of the billing type needs a change order.",
            what=Phrase("priced milestones")
            if priced
            else Phrase("the recognition {recognition}", recognition=facts.recognised),
        )
    if (
        facts.billing in (BillingType.FIXED_PRICE, BillingType.MILESTONE)
        and facts.recognised == Recognition.AS_DELIVERED
    ):
        return Phrase(
            "The facts name {billing}, but revenue as delivered: a switch of the billing type needs a change order.",
            billing=facts.billing,
        )
    return NOTHING


RULE = Rule(id="billing-switch", severity=None, find=find)
