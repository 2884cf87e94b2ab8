"""Signatures take weeks: an extension has to be asked for while the SOW still runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import sow_end
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {"sow_expiring_days": Threshold(30, "days", "Tell that the SOW ends from this long before")}


def find(subject: Subject) -> Iterator[Finding]:
    end = sow_end(subject)
    if end is None or not subject.to_do or not 0 <= (end - subject.day).days <= subject.threshold("sow_expiring_days"):
        return
    cautious = subject.derived.forecast.finish.p80
    in_time = isinstance(cautious, date) and cautious <= end
    yield Finding(
        Phrase(
            "The SOW ends on {end} with {n|# item|# items} open{forecast}.",
            end=end,
            n=len(subject.to_do),
            forecast=Phrase("; the forecast finishes in time") if in_time else NOTHING,
        ),
        (subject.engagement.ref,),
        Phrase("Plan the closure.")
        if in_time
        else Phrase("Agree now what will be done by then, and the paper for the rest."),
        Severity.LOW if in_time else None,
    )


RULE = Rule(id="sow-expiring", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
