"""A missed update makes an escalation worse: silence reads as nobody caring."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import on_escalations
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.checks.telling import oldest_first, tell_oldest
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, word
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    found = oldest_first((e.update_due or subject.day, e) for e in subject.derived.escalations if e.overdue)
    if found:
        yield tell_oldest(
            found,
            Phrase(
                "{n|# escalation is|# escalations are} without the promised update; "
                "{title} ({severity}) was due on {since}."
            ),
            Phrase("Post today: current state, next steps, who does them, whether the exit criteria changed."),
            Severity.CRITICAL if any(e.severity == Severity.CRITICAL for _, e in found) else None,
            severity=word(found[0][1].severity),
        )


GATE = on_escalations("escalations-updated", Phrase("Escalations without the update that is due: {n}.", n=0))

RULE = Rule(id="escalation-update-overdue", severity=Severity.HIGH, phases=EVERY_PHASE, gate=GATE, find=find)
