"""Work before the SOW begins is work at risk: without approval nobody may bill it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import WORKED, Gate, LifeStage
from bot.derive.checks.practices import Practice
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.decisions.questions import has_work_at_risk, hours_of
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    start = subject.engagement.facts.start
    if start is None or has_work_at_risk(subject):
        return
    early = [log for log in subject.engagement.timelogs if log.spent_at < start]
    if early:
        yield Finding(
            Phrase(
                "{hours} were logged before the SOW began on {start}, the first on {first}, without a work-at-risk approval.",
                hours=hours(hours_of(early)),
                start=start,
                first=min(log.spent_at for log in early),
            ),
            tuple(sorted({log.item for log in early if log.item})),
            Phrase("Get the work at risk approved, or correct the dates of the hours or of the SOW."),
            hint=Phrase(
                "{hours} were logged before the SOW started ({day}) without a work-at-risk approval.",
                hours=hours(hours_of(early)),
                day=start,
            ),
        )


GATE = Gate(
    "early-work-covered",
    LifeStage.CHANGE,
    WORKED,
    Phrase("Hours were logged before the SOW began, without a work-at-risk approval."),
    practice=Practice.APPROVALS,
    asked=lambda s: s.engagement.facts.start is not None and bool(s.engagement.timelogs),
)

RULE = Rule(id="hours-before-start", severity=Severity.HIGH, phases=EVERY_PHASE, gate=GATE, find=find)
