"""A closed engagement with open work hides what is owed: it appears in no list any more, yet nobody delivered it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding
from bot.derive.subject import Subject
from bot.domain.messages import Phrase

ID = "closed-with-open-work"
SEVERITY = "medium"
PHASES = ("not_started", "active", "complete")


def find_closed_with_open_work(subject: Subject) -> Iterator[Finding]:
    found = [item.ref for item in subject.to_do]
    if subject.engagement.state == "closed" and found:
        yield Finding(
            Phrase("The engagement is closed with {n|# item|# items} still open.", n=len(found)),
            tuple(found),
            Phrase("Close or move them, or open the engagement again."),
        )
