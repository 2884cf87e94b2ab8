"""A sign-off request sent too late for the acceptance days moves its revenue into the next quarter."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.phrases import count, money, quote, verb
from bot.derive.questions import currency_of
from bot.derive.results import Acceptance
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "acceptance-deadline"
SEVERITY = "medium"
PHASES = ("not_started", "active", "complete")
THRESHOLDS = {
    "acceptance_deadline_days": Threshold(
        10, "working days", "Tell of the last safe day for a sign-off request this long before"
    ),
}


def find_acceptance_deadline(subject: Subject) -> Iterator[Finding]:
    found = sorted(
        ((a.last_safe_sending, a.milestone, a) for a in subject.derived.acceptance if _is_near(subject, a)),
        key=lambda entry: entry[:2],
    )
    if not found:
        return
    last, _, first = found[0]
    passed = last is not None and last < subject.day
    yield Finding(
        f"{count(len(found), 'milestone')} must be sent for sign-off to count in the quarter of "
        f"{verb(len(found), 'its', 'their')} due date; {quote(first.milestone)} {'should have been' if passed else 'must be'} "
        f"sent by {last}{_amount(subject, [a for *_, a in found])}.",
        tuple(ref for *_, a in found for ref in a.evidence),
        "Tell Finance which amount moves to the next quarter."
        if passed
        else "Finish what is open and send the request by then.",
        "high" if passed or any(a.state == "ready" for *_, a in found) else None,
    )


def _is_near(subject: Subject, acceptance: Acceptance) -> bool:
    """Open, and its last safe sending day is near or has passed in the quarter that still runs."""
    last = acceptance.last_safe_sending
    if last is None or acceptance.state not in ("open", "ready"):
        return False
    left = subject.calendar.working_days_between(subject.day, last)
    running = subject.calendar.fiscal_quarter(last).last >= subject.day
    return left <= subject.threshold("acceptance_deadline_days") and running


def _amount(subject: Subject, found: list[Acceptance]) -> str:
    amount = sum(sorted(a.amount or 0 for a in found))
    return f" ({money(amount, currency_of(subject))} in all)" if amount else ""
