"""Acceptance and closure: what is done is sent and accepted, and what closing an engagement asks for is there."""

from __future__ import annotations

from bot.derive.checks.gates.gate import CLOSING, WORKED, Gate, Refs, refs_of, unless
from bot.derive.checks.gates.practices import RETROSPECTIVES, SURVEYS, where_practised
from bot.derive.decisions.questions import open_exceptions
from bot.derive.subject import Subject
from bot.domain.messages import Phrase


def _sent(subject: Subject) -> Refs:
    done = [a for a in subject.derived.acceptance if a.state != "open"]
    return _evidence(subject, [a.evidence for a in done if a.state == "ready"]) if done else None


def _accepted(subject: Subject) -> Refs:
    found = subject.derived.acceptance
    return _evidence(subject, [a.evidence for a in found if "accepted" not in a.state]) if found else None


def _evidence(subject: Subject, evidence: list[tuple[str, ...]]) -> tuple[str, ...]:
    """References of what fails; the engagement's own where there are none."""
    refs = sorted({ref for refs in evidence for ref in refs or (subject.engagement.ref,)})
    return tuple(refs)


def _exceptions_closed(subject: Subject) -> Refs:
    return refs_of(open_exceptions(subject))


def _unless_false(is_met: bool | None, subject: Subject) -> Refs:
    """Doesn't apply where it can't be known."""
    return None if is_met is None else unless(is_met, subject)


CLOSE: tuple[Gate, ...] = (
    Gate("acceptance-sent", WORKED, Phrase("Finished milestones were not sent for acceptance."), _sent),
    Gate("milestones-accepted", CLOSING, Phrase("Billing milestones are not accepted."), _accepted),
    Gate("work-closed", CLOSING, Phrase("Items still open: {n}.", n=0), lambda s: refs_of(s.to_do)),
    Gate(
        "retro-complete",
        CLOSING,
        Phrase("The internal retrospective is not marked complete."),
        where_practised(RETROSPECTIVES, lambda s: unless(s.derived.completion.retro, s)),
    ),
    Gate(
        "csat-known",
        CLOSING,
        Phrase("No answer to the satisfaction survey is recorded."),
        where_practised(SURVEYS, lambda s: unless(s.derived.completion.csat is not None, s)),
    ),
    Gate(
        "hours-complete",
        CLOSING,
        Phrase("Hours are missing or not approved."),
        lambda s: _unless_false(s.derived.completion.time_complete, s),
    ),
    Gate(
        "change-orders-executed",
        CLOSING,
        Phrase("A change order is still without a decision."),
        lambda s: _unless_false(s.derived.completion.change_orders_executed, s),
    ),
    Gate("exceptions-closed", CLOSING, Phrase("Work exceptions still open: {n}.", n=0), _exceptions_closed),
)
