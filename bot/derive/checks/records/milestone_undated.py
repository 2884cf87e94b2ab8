"""A milestone without a date promises nothing and warns of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding
from bot.derive.decisions.questions import in_planning, milestone_due
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing, quotes

ID = "milestone-undated"
SEVERITY = "low"


def find_milestone_undated(subject: Subject) -> Iterator[Finding]:
    used = {item.milestone for item in subject.to_do if item.milestone}
    found = sorted(
        (m.title, m.ref)
        for m in subject.engagement.milestones
        if m.title in used and milestone_due(subject, m.title) is None
    )
    if found and not in_planning(subject):
        yield Finding(
            Phrase(
                "{n|# milestone|# milestones} with open work {n|has|have} no due date: {names}.",
                n=len(found),
                names=listing(quotes(title for title, _ in found)),
            ),
            tuple(ref for _, ref in found),
            Phrase("Agree a date with the customer and set it."),
        )
