"""A blocker outside the engagement has another owner and other priorities: it moves only when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing
from bot.domain.model import Item
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    found = [(item, refs) for item in subject.to_do if (refs := _foreign_blockers(subject, item))]
    if not found:
        return
    blockers = sorted({ref for _, refs in found for ref in refs})
    yield Finding(
        Phrase(
            "{n|# item waits|# items wait} for work outside this engagement: {names}.",
            n=len(found),
            names=listing(blockers),
        ),
        tuple(item.ref for item, _ in found),
        Phrase("Agree a date with the owner of each outside blocker and write it into the RAID log."),
    )


def _foreign_blockers(subject: Subject, item: Item) -> list[str]:
    """Open or unreadable blockers that are no item of this engagement."""
    outside = (ref for ref in item.blocked_by if ref not in subject.own_items)
    return [ref for ref in outside if (blocker := subject.known_item(ref)) is None or blocker.is_open]


RULE = Rule(id="blocked-by-foreign", severity=Severity.MEDIUM, find=find)
