"""Without a path to green and exit criteria nobody can say when an escalation is over."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import on_escalations
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.checks.telling import tell_worst
from bot.derive.results import Escalation
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    lacking = [e for e in subject.derived.escalations if not (e.has_path_to_green and e.has_exit_criteria)]
    found = sorted(lacking, key=lambda e: e.ref)
    if found:
        yield tell_worst(
            found,
            Phrase("{n|# escalation lacks|# escalations lack} what closes {n|it|them}: {title} has no {lacking}."),
            Phrase("Write `path_to_green:` and `exit_criteria:` into its ps-risk block."),
            lacking=_tell_lacking(found[0]),
        )


def _tell_lacking(escalation: Escalation) -> Phrase:
    if escalation.has_path_to_green:
        return Phrase("exit criteria")
    return Phrase("path to green") if escalation.has_exit_criteria else Phrase("path to green and no exit criteria")


GATE = on_escalations("escalations-have-exit", Phrase("Escalations without path to green or exit criteria: {n}.", n=0))

RULE = Rule(id="escalation-without-path", severity=Severity.MEDIUM, phases=EVERY_PHASE, gate=GATE, find=find)
