"""What a gate is: one rendering of a rule, which asks in the compliance of a phase whether the rule's matter is in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from bot.config import Threshold
from bot.derive.checks.practices import Practice
from bot.derive.decisions.questions import in_planning
from bot.derive.subject import Subject
from bot.domain.calendar import add_months
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Phase

EVERY_PHASE = tuple(Phase)
WORKING = (Phase.ACTIVE,)
WORKED = (Phase.ACTIVE, Phase.COMPLETE)
CLOSING = (Phase.COMPLETE,)

GATE_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType(
    {
        "compliance_share": Threshold(
            0.9, "ratio", "Share of the work that must be in order for its gate to be passed"
        ),
        "compliance_long_weeks": Threshold(9, "weeks", "Longer engagements owe iterations and retrospectives"),
        "compliance_long_months": Threshold(2, "months", "Or engagements longer than this"),
        "expect_practices": Threshold(
            0,
            "yes = 1",
            "Ask for iterations, lessons, retrospectives, surveys and approvals also where nobody uses them",
        ),
        "compliance_approval_days": Threshold(5, "working days", "Billable hours are approved within this time"),
    }
)


class LifeStage(StrEnum):
    """The part of an engagement's life that a gate belongs to, in their order."""

    START = "start"
    PLAN = "plan"
    DELIVER = "deliver"
    CHANGE = "change"
    CLOSE = "close"


def always(_: Subject) -> bool:
    return True


def once_planned(subject: Subject) -> bool:
    """Planning gates wait for the first weeks."""
    return not in_planning(subject)


@frozen
class Gate:
    """`message` may tell the number of references: its place `n` is filled anew for each engagement."""

    id: str
    stage: LifeStage
    phases: tuple[Phase, ...]
    message: Phrase
    asked: Callable[[Subject], bool] = always
    """Whether what it asks for applies and can be known."""
    among: Callable[[Subject], Collection[object]] | None = None
    """All that could be out of order, where a small share may be; asked only if there is any."""
    practice: Practice | None = None
    """Asked only where the organisation does this anywhere."""

    def applies(self, subject: Subject) -> bool:
        is_due = subject.derived.phase in self.phases and self.asked(subject)
        return is_due and _is_practised(self.practice, subject) and (self.among is None or bool(self.among(subject)))

    def tolerates(self, subject: Subject, failing: int) -> bool:
        """Whether so few may be out of order."""
        if self.among is None:
            return failing == 0
        return 1 - failing / len(self.among(subject)) >= subject.threshold("compliance_share")


def on_open_work(gate_id: str, message: Phrase) -> Gate:
    """Asked of the open work once it is planned: a small share of it may lack what the gate asks for."""
    return Gate(gate_id, LifeStage.PLAN, WORKING, message, asked=once_planned, among=lambda subject: subject.to_do)


def on_escalations(gate_id: str, message: Phrase) -> Gate:
    """Asked of an engagement with open escalations."""
    return Gate(gate_id, LifeStage.DELIVER, WORKED, message, asked=lambda subject: bool(subject.derived.escalations))


def _is_practised(practice: Practice | None, subject: Subject) -> bool:
    """Where it is not known what the organisation does, everything is asked for."""
    known = subject.practices
    return practice is None or known is None or practice in known or bool(subject.threshold("expect_practices"))


def is_long(subject: Subject) -> bool:
    """Whether the practices of long engagements are asked for: more than 9 weeks, or 2 months (PSDM)."""
    start, end = subject.engagement.facts.start, subject.derived.end
    if start is None or end is None:
        return False
    by_weeks = end - start > timedelta(weeks=subject.threshold("compliance_long_weeks"))
    return by_weeks or end > add_months(start, int(subject.threshold("compliance_long_months")))
