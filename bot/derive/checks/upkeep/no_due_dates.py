"""Work without a date can't be late, so nobody sees that it is; plan and forecast rest on guesses."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import WORKING, Gate, Stage, once_planned
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import due_day, in_planning
from bot.derive.subject import Subject
from bot.domain.messages import Percent, Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {"no_due_dates_share": Threshold(0.2, "ratio", "Share of open work without a date that is a risk")}


def find(subject: Subject) -> Iterator[Finding]:
    found = [item for item in subject.to_do if due_day(subject, item) is None]
    if found and not in_planning(subject):
        share = len(found) / len(subject.to_do)
        yield Finding(
            Phrase(
                "{n} {of} ({share}) {n|has|have} no due date, neither their own nor a milestone's.",
                n=len(found),
                of=Phrase("of {n|# open item|# open items}", n=len(subject.to_do)),
                share=Percent(share),
            ),
            tuple(item.ref for item in found),
            Phrase("Give each a due date or a milestone that has one."),
            is_risk=share >= subject.threshold("no_due_dates_share"),
        )


GATE = Gate(
    "work-dated",
    Stage.PLAN,
    WORKING,
    Phrase("Open items without a due date, their own or a milestone's: {n}.", n=0),
    asked=once_planned,
    among=lambda s: s.to_do,
)

RULE = Rule(id="no-due-dates", severity=Severity.MEDIUM, thresholds=THRESHOLDS, gate=GATE, find=find)
