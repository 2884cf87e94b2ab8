"""A milestone in the last week of a quarter has no room: the smallest slip moves its revenue into the next one."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import currency_of
from bot.derive.results import Acceptance
from bot.derive.subject import Subject
from bot.domain.calendar import ONE_DAY
from bot.domain.messages import NOTHING, Money, Phrase, quote
from bot.domain.vocabulary import AcceptanceState, Severity

THRESHOLDS = {"milestone_quarter_end_days": Threshold(7, "days", "Length of the tight time at the end of a quarter")}


def find(subject: Subject) -> Iterator[Finding]:
    found = sorted((a for a in subject.derived.acceptance if _is_tight(subject, a)), key=lambda a: (a.due, a.milestone))
    if not found:
        return
    amount = sum(sorted(a.amount or 0 for a in found))
    yield Finding(
        Phrase(
            "{n|# billing milestone is|# billing milestones are} due in the last week of a quarter: {title} on {due}{amount}.",
            n=len(found),
            title=quote(found[0].milestone),
            due=found[0].due,
            amount=Phrase(" ({amount} in all)", amount=Money(amount, currency_of(subject))) if amount else NOTHING,
        ),
        tuple(ref for a in found for ref in a.evidence),
        Phrase("Bring it forward, or show it as upside and not as committed."),
    )


def _is_tight(subject: Subject, acceptance: Acceptance) -> bool:
    """Not accepted, due from today on, at most so many days before its quarter ends, in this quarter or the next."""
    due = acceptance.due
    if (
        due is None
        or due < subject.day
        or acceptance.state not in (AcceptanceState.OPEN, AcceptanceState.READY, AcceptanceState.SENT)
    ):
        return False
    this = subject.calendar.fiscal_quarter(subject.day)
    following = subject.calendar.fiscal_quarter(this.last + ONE_DAY)
    left = (subject.calendar.fiscal_quarter(due).last - due).days
    return due <= following.last and left < subject.threshold("milestone_quarter_end_days")


RULE = Rule(id="milestone-quarter-end", severity=Severity.MEDIUM, thresholds=THRESHOLDS, find=find)
