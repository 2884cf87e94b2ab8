"""Without estimates or weights, progress is a count of tickets: a typo fix weighs as much as a migration."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import on_open_work
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import tell_share
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {
    "no_estimates_share": Threshold(0.2, "ratio", "Share of open work without estimate or weight that is a risk")
}


def find(subject: Subject) -> Iterator[Finding]:
    yield from tell_share(
        subject,
        [item for item in subject.to_do if not item.estimate_hours and not item.weight],
        Phrase("{n} {of} ({share}) {n|has|have} neither an estimate nor a weight."),
        Phrase("Size them; the next refinement is the place."),
        "no_estimates_share",
    )


GATE = on_open_work("work-sized", Phrase("Open items without estimate and weight: {n}.", n=0))

RULE = Rule(id="no-estimates", severity=Severity.LOW, thresholds=THRESHOLDS, gate=GATE, find=find)
