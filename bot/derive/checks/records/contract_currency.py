"""A contract in another currency than the reports' is in no sum of revenue: psbot has no exchange rates."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding
from bot.derive.decisions.questions import currency_of
from bot.derive.subject import Subject
from bot.domain.messages import Phrase

ID = "contract-currency"
SEVERITY = "medium"
PHASES = ("not_started", "active", "complete")


def find_contract_currency(subject: Subject) -> Iterator[Finding]:
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
