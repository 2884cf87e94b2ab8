"""Prices in a description that the customer can read can't be taken back."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    keys = sorted(subject.engagement.customer_visible_facts)
    if keys:
        yield Finding(
            Phrase(
                "{names} {n|stands|stand} in a description that the customer can read.",
                names=listing([repr(key) for key in keys]),
                n=len(keys),
            ),
            (subject.engagement.ref,),
            Phrase("Move them to `engagements:` in the config, and delete them from the description."),
        )


RULE = Rule(id="customer-visible-money", severity=Severity.HIGH, phases=EVERY_PHASE, find=find)
