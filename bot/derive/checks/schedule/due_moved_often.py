"""A date that was moved again and again is not believed any more; the reason behind it is still there."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import tell_worst
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {"due_moved_often_times": Threshold(3, "moves", "An open item put off this often is reported")}


def find(subject: Subject) -> Iterator[Finding]:
    times = int(subject.threshold("due_moved_often_times"))
    moved = (
        (sum(1 for c in item.due_history if c.previous and c.new and c.new > c.previous), item)
        for item in subject.to_do
    )
    found = sorted((pair for pair in moved if pair[0] >= times), key=lambda pair: (-pair[0], pair[1].ref))
    if found:
        yield tell_worst(
            [item for _, item in found],
            Phrase(
                "{n|# open item|# open items} had the due date put off {times} times or more; {title} {most} times."
            ),
            Phrase("Look for the reason behind the moves (scope, people, the customer) and solve that."),
            times=times,
            most=found[0][0],
        )


RULE = Rule(id="due-moved-often", severity=Severity.LOW, thresholds=THRESHOLDS, find=find)
