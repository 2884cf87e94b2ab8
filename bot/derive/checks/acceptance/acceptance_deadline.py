"""A sign-off request sent too late for the acceptance days moves its revenue into the next quarter."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.decisions.questions import currency_of
from bot.derive.results import Acceptance
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Money, Phrase, Value, quote
from bot.domain.vocabulary import AcceptanceState, Severity

THRESHOLDS = {
    "acceptance_deadline_days": Threshold(
        10, "working days", "Tell of the last safe day for a sign-off request this long before"
    )
}


def find(subject: Subject) -> Iterator[Finding]:
    found = sorted(
        ((a.last_safe_sending, a.milestone, a) for a in subject.derived.acceptance if _is_near(subject, a)),
        key=lambda entry: entry[:2],
    )
    if not found:
        return
    last, _, first = found[0]
    passed = last is not None and last < subject.day
    yield Finding(
        _tell(
            passed,
            n=len(found),
            title=quote(first.milestone),
            last=last,
            amount=_amount(subject, [a for *_, a in found]),
        ),
        tuple(ref for *_, a in found for ref in a.evidence),
        Phrase("Tell Finance which amount moves to the next quarter.")
        if passed
        else Phrase("Finish what is open and send the request by then."),
        Severity.HIGH if passed or any(a.state == AcceptanceState.READY for *_, a in found) else None,
    )


def _is_near(subject: Subject, acceptance: Acceptance) -> bool:
    """Open, and its last safe sending day is near or has passed in the quarter that still runs."""
    last = acceptance.last_safe_sending
    if last is None or acceptance.state not in (AcceptanceState.OPEN, AcceptanceState.READY):
        return False
    left = subject.calendar.working_days_between(subject.day, last)
    running = subject.calendar.fiscal_quarter(last).last >= subject.day
    return left <= subject.threshold("acceptance_deadline_days") and running


def _tell(passed: bool, **values: Value) -> Phrase:
    if passed:
        return Phrase(
            "{n|# milestone|# milestones} must be sent for sign-off to count in the quarter of {n|its|their} due date; "
            "{title} should have been sent by {last}{amount}.",
            **values,
        )
    return Phrase(
        "{n|# milestone|# milestones} must be sent for sign-off to count in the quarter of {n|its|their} due date; "
        "{title} must be sent by {last}{amount}.",
        **values,
    )


def _amount(subject: Subject, found: list[Acceptance]) -> Phrase:
    amount = sum(sorted(a.amount or 0 for a in found))
    return Phrase(" ({amount} in all)", amount=Money(amount, currency_of(subject))) if amount else NOTHING


RULE = Rule(id="acceptance-deadline", severity=Severity.MEDIUM, phases=EVERY_PHASE, thresholds=THRESHOLDS, find=find)
