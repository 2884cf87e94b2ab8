"""Without estimates or weights, progress is a count of tickets: a typo fix weighs as much as a migration."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.phrases import count, percent, verb
from bot.derive.questions import in_planning
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

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
            f"{len(found)} of {count(len(subject.to_do), 'open item')} ({percent(share)}) "
            f"{verb(len(found), 'has', 'have')} neither an estimate nor a weight.",
            tuple(item.ref for item in found),
            "Size them; the next refinement is the place.",
        )
