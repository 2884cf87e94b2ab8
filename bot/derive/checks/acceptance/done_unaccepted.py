"""Finished work that nobody was asked to accept earns nothing: the acceptance days begin when the request is sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import Threshold
from bot.derive.checks.gate import WORKED, Gate, LifeStage
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.decisions.questions import currency_of, working_days_since
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Money, Phrase, listing, quotes
from bot.domain.vocabulary import AcceptanceState, Severity

THRESHOLDS = {
    "done_unaccepted_high_days": Threshold(5, "working days", "Done but not sent for this long is a high risk")
}


def find(subject: Subject) -> Iterator[Finding]:
    found = sorted(
        (a for a in subject.derived.acceptance if a.state == AcceptanceState.READY),
        key=lambda a: (a.milestone, a.evidence),
    )
    if not found:
        return
    since = min((day for a in found if (day := _done_on(subject, a.milestone))), default=None)
    days = working_days_since(subject, since) or 0
    amount = sum(sorted(a.amount or 0 for a in found))
    yield Finding(
        Phrase(
            "{n|# milestone is|# milestones are} done but not sent for acceptance: {names}{worth}{since}.",
            n=len(found),
            names=listing(quotes(a.milestone for a in found)),
            worth=Phrase(", worth {amount}", amount=Money(amount, currency_of(subject))) if amount else NOTHING,
            since=Phrase("; since {day}", day=since) if since else NOTHING,
        ),
        tuple(ref for a in found for ref in a.evidence),
        Phrase("Send the sign-off request today and note the day it was sent."),
        Severity.HIGH if days >= subject.threshold("done_unaccepted_high_days") else None,
    )


def _done_on(subject: Subject, title: str) -> date | None:
    """The day on which the milestone's last item closed, as far as that is known."""
    closed = [item.closed_at for item in subject.work if item.milestone == title and item.closed_at]
    return subject.calendar.local_day(max(closed)) if closed else None


GATE = Gate(
    "acceptance-sent",
    LifeStage.CLOSE,
    WORKED,
    Phrase("Finished milestones were not sent for acceptance."),
    asked=lambda s: any(a.state != AcceptanceState.OPEN for a in s.derived.acceptance),
)

RULE = Rule(
    id="done-unaccepted", severity=Severity.MEDIUM, phases=EVERY_PHASE, thresholds=THRESHOLDS, gate=GATE, find=find
)
