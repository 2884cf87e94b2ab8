"""Without estimates or weights, progress is a count of tickets: a typo fix weighs as much as a migration."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding
from bot.derive.decisions.questions import in_planning
from bot.derive.subject import Subject
from bot.domain.messages import Percent, Phrase

ID = "no-estimates"
SEVERITY = "low"
THRESHOLDS = {
    "no_estimates_share": Threshold(0.2, "ratio", "Share of open work without estimate or weight that is a risk"),
}


def find_no_estimates(subject: Subject) -> Iterator[Finding]:
    found = [item for item in subject.to_do if not item.estimate_hours and not item.weight]
    share = len(found) / len(subject.to_do) if found else 0.0
    if found and share >= subject.threshold("no_estimates_share") and not in_planning(subject):
        yield Finding(
            Phrase(
                "{n} {of} ({share}) {n|has|have} neither an estimate nor a weight.",
                n=len(found),
                of=Phrase("of {n|# open item|# open items}", n=len(subject.to_do)),
                share=Percent(share),
            ),
            tuple(item.ref for item in found),
            Phrase("Size them; the next refinement is the place."),
        )
