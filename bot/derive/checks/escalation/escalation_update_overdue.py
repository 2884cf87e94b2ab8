"""A missed update makes an escalation worse: silence reads as nobody caring."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import on_escalations
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, quote, word
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    found = sorted((e.update_due or subject.day, e.ref, e) for e in subject.derived.escalations if e.overdue)
    if not found:
        return
    due, _, first = found[0]
    yield Finding(
        Phrase(
            "{n|# escalation is|# escalations are} without the promised update; {title} ({severity}) was due on {due}.",
            n=len(found),
            title=quote(first.title),
            severity=word(first.severity),
            due=due,
        ),
        tuple(ref for _, ref, _ in found),
        Phrase("Post today: current state, next steps, who does them, whether the exit criteria changed."),
        Severity.CRITICAL if any(e.severity == Severity.CRITICAL for *_, e in found) else None,
    )


GATE = on_escalations("escalations-updated", Phrase("Escalations without the update that is due: {n}.", n=0))

RULE = Rule(id="escalation-update-overdue", severity=Severity.HIGH, phases=EVERY_PHASE, gate=GATE, find=find)
