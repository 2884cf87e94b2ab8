"""A closed milestone with open items says that something is delivered which is not."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing, quotes
from bot.domain.vocabulary import Severity, TimeboxState


def find(subject: Subject) -> Iterator[Finding]:
    closed = {m.title: m.ref for m in subject.engagement.milestones if m.state == TimeboxState.CLOSED}
    closed = {title: ref for title, ref in sorted(closed.items()) if not _is_also_open(subject, title)}
    found = [item for item in subject.to_do if item.milestone in closed]
    if found:
        titles = sorted({item.milestone for item in found if item.milestone})
        yield Finding(
            Phrase(
                "{n|# item is|# items are} still open {where}.",
                n=len(found),
                where=Phrase(
                    "in closed {n|milestone|milestones} {names}", n=len(titles), names=listing(quotes(titles))
                ),
            ),
            (*(closed[title] for title in titles), *(item.ref for item in found)),
            Phrase("Close the items or move them to a milestone that is still to come."),
        )


def _is_also_open(subject: Subject, title: str) -> bool:
    """Whether another milestone of the same title (group and project) is open."""
    return any(m.title == title and m.state != TimeboxState.CLOSED for m in subject.engagement.milestones)


RULE = Rule(id="milestone-closed-with-open-work", severity=Severity.MEDIUM, phases=EVERY_PHASE, find=find)
