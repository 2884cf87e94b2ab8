"""A billing milestone that GitLab does not know can't be tracked: nobody sees when it is ready to bill."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import WORKING, Gate, LifeStage, once_planned
from bot.derive.checks.rule import Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing, quotes
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    titles = {m.title for m in subject.engagement.milestones}
    found = sorted({m.milestone for m in subject.engagement.facts.milestones} - titles)
    if found:
        yield Finding(
            Phrase(
                "The facts name {n|# milestone|# milestones} that GitLab does not have: {names}.",
                n=len(found),
                names=listing(quotes(title for title in found)),
            ),
            (subject.engagement.ref,),
            Phrase("Create the milestone or correct the title; both must be spelt alike."),
        )


GATE = Gate(
    "billing-milestones-exist",
    LifeStage.PLAN,
    WORKING,
    Phrase("The facts name billing milestones that GitLab does not have."),
    asked=lambda s: bool(s.engagement.facts.milestones) and once_planned(s),
)

RULE = Rule(id="billing-milestone-unknown", severity=Severity.MEDIUM, gate=GATE, find=find)
