"""Work assigned to someone who has left or lost access will not be done, and nobody is told."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    if not subject.members:  # not read: nothing can be said
        return
    known = {name.casefold() for name in subject.members}
    found = [
        item for item in subject.to_do if item.assignees and not any(p.casefold() in known for p in item.assignees)
    ]
    if found:
        gone = sorted({person for item in found for person in item.assignees})
        yield Finding(
            Phrase(
                "{n|# open item is|# open items are} assigned to people who can't work here any more: {names}.",
                n=len(found),
                names=listing(gone),
            ),
            tuple(item.ref for item in found),
            Phrase("Reassign them and ask for a handover."),
        )


RULE = Rule(id="assignee-absent", severity=Severity.HIGH, find=find)
