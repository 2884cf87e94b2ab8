"""Billing milestones that come to another sum than the contract: the difference is in no forecast, or earned twice."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.decisions.questions import currency_of
from bot.derive.subject import Subject
from bot.domain.messages import Money, Phrase
from bot.domain.vocabulary import Recognition, Severity

THRESHOLDS = {
    "billing_milestones_off_value_share": Threshold(
        0.005, "ratio", "Difference of all milestones' amounts from the contract value"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    facts = subject.engagement.facts
    amounts = [a.amount for a in subject.derived.acceptance]
    known = [amount for amount in amounts if amount is not None]
    if facts.recognised != Recognition.ON_ACCEPTANCE or not facts.value or not amounts or len(known) < len(amounts):
        return
    value, total = facts.value + subject.derived.scope.approved_value, math.fsum(known)
    if abs(total - value) <= subject.threshold("billing_milestones_off_value_share") * value:
        return
    currency = currency_of(subject)
    yield Finding(
        Phrase(
            "The billing milestones come to {total}, the contract to {value}.",
            total=Money(total, currency),
            value=Money(value, currency),
        ),
        (subject.engagement.ref,),
        Phrase(
            "Bring amounts and value in line in the config's facts of this engagement; an approved change order needs one, too."
        ),
    )


RULE = Rule(
    id="billing-milestones-off-value", severity=Severity.MEDIUM, phases=EVERY_PHASE, thresholds=THRESHOLDS, find=find
)
