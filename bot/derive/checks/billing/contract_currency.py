"""A contract in another currency than the reports' is in no sum of revenue: psbot has no exchange rates."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.decisions.questions import currency_of
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    ours, theirs = subject.settings.finance.currency, currency_of(subject)
    if theirs.upper() != ours.upper():
        yield Finding(
            Phrase(
                "The contract is in {currency}: its revenue is in no forecast, they are in {other}.",
                currency=theirs,
                other=ours,
            ),
            (subject.engagement.ref,),
            Phrase("Give value, rate and amounts in the reports' currency in the config's facts of this engagement."),
        )


RULE = Rule(id="contract-currency", severity=Severity.MEDIUM, phases=EVERY_PHASE, find=find)
