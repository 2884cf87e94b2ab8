"""More hours taken back than were logged: a typing error that makes every ratio of hours senseless."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    spent: dict[str, list[float]] = {}
    for log in subject.engagement.timelogs:
        spent.setdefault(log.item or "", []).append(log.hours)
    below = {ref: total for ref, values in spent.items() if (total := math.fsum(values)) < -1e-9}
    if below:
        worst = min(
            (log for log in subject.engagement.timelogs if (log.item or "") in below), key=lambda log: log.hours
        )
        yield Finding(
            Phrase(
                "More hours were taken back than logged ({hours} in all); the largest entry is {entry} on {day}.",
                hours=hours(math.fsum(below.values())),
                entry=hours(worst.hours),
                day=worst.spent_at,
            ),
            tuple(sorted(ref for ref in below if ref)) or (subject.engagement.ref,),
            Phrase("Correct the entry: until then figures that rest on hours are left out."),
        )


RULE = Rule(id="negative-hours", severity=Severity.HIGH, phases=EVERY_PHASE, find=find)
