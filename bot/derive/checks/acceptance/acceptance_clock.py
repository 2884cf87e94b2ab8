"""While a sign-off request is out, an answer counts: a late "no" costs the milestone, a silent "yes" may be disputed."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Threshold
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.results import Acceptance
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase, listing, quote
from bot.domain.vocabulary import AcceptanceState, Severity

THRESHOLDS = {
    "acceptance_clock_days": Threshold(2, "working days", "Warn of silent acceptance this long before it takes effect"),
    "acceptance_clock_unanswered_days": Threshold(
        5, "working days", "Without silent acceptance, a request unanswered for this long is a high risk"
    ),
}


def find(subject: Subject) -> Iterator[Finding]:
    told = [(_tell(subject, a), a) for a in subject.derived.acceptance if a.state == AcceptanceState.SENT]
    found = sorted((pair for pair in told if pair[0]), key=lambda pair: str(pair[0]))
    if found:
        unbounded = any(a.passive_on is None for _, a in found)
        yield Finding(
            Phrase(
                "{n|# sign-off request is|# sign-off requests are} without an answer: {names}.",
                n=len(found),
                names=listing([text for text, _ in found]),
            ),
            tuple(ref for _, a in found for ref in a.evidence),
            Phrase("Ask the customer for a written yes, or for what is missing."),
            Severity.HIGH if unbounded else None,
        )


def _tell(subject: Subject, acceptance: Acceptance) -> Phrase:
    """What the clock says, empty while there is time enough."""
    name, sent = quote(acceptance.milestone), acceptance.sent
    if sent is None:
        return Phrase("{title} sent on a day that is not known, so that no days count", title=name)
    if acceptance.passive_on is None:
        waited = subject.calendar.working_days_between(sent, subject.day)
        is_long = waited >= subject.threshold("acceptance_clock_unanswered_days")
        silent = Phrase("{title} sent on {sent}, and silence does not accept it", title=name, sent=sent)
        return silent if is_long else NOTHING
    left = subject.calendar.working_days_between(subject.day, acceptance.passive_on)
    is_near = left <= subject.threshold("acceptance_clock_days")
    tacit = Phrase("{title} counts as accepted after {day}", title=name, day=acceptance.passive_on)
    return tacit if is_near else NOTHING


RULE = Rule(id="acceptance-clock", severity=Severity.MEDIUM, phases=EVERY_PHASE, thresholds=THRESHOLDS, find=find)
