"""Work without a date can't be late, so nobody sees that it is; plan and forecast rest on guesses."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.gate import on_open_work
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import tell_share
from bot.derive.decisions.questions import due_day
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity

THRESHOLDS = {"no_due_dates_share": Threshold(0.2, "ratio", "Share of open work without a date that is a risk")}


def find(subject: Subject) -> Iterator[Finding]:
    yield from tell_share(
        subject,
        [item for item in subject.to_do if due_day(subject, item) is None],
        Phrase("{n} {of} ({share}) {n|has|have} no due date, neither their own nor a milestone's."),
        Phrase("Give each a due date or a milestone that has one."),
        "no_due_dates_share",
    )


GATE = on_open_work("work-dated", Phrase("Open items without a due date, their own or a milestone's: {n}.", n=0))

RULE = Rule(id="no-due-dates", severity=Severity.MEDIUM, thresholds=THRESHOLDS, gate=GATE, find=find)
