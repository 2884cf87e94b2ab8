"""Work that was taken out has cost hours that nobody may be billed for."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.scope.baseline import hours_on
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours, items


def find(subject: Subject) -> Iterator[Finding]:
    """What was taken out of the scope, and what it had cost by then."""
    scope = subject.derived.scope
    if scope.dropped_hours <= 0:
        return
    costly = sorted(subject.breakdown.dropped, key=lambda item: (-hours_on(subject, item), item.ref))
    yield Finding(
        evidence=tuple(item.ref for item in costly),
        hint=Phrase(
            "Closed without being done: {items}, on which {hours} were spent.",
            items=items(scope.dropped),
            hours=hours(scope.dropped_hours),
        ),
        is_risk=False,
    )


RULE = Rule(id="dropped-work", severity=None, find=find)
