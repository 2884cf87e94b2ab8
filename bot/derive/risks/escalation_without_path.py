"""Without a path to green and exit criteria nobody can say when an escalation is over."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.phrases import count, quote, verb
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "escalation-without-path"
SEVERITY = "medium"
PHASES = ("not_started", "active", "complete")


def find_escalation_without_path(subject: Subject) -> Iterator[Finding]:
    found = sorted((e.ref, e) for e in subject.derived.escalations if not (e.has_path_to_green and e.has_exit_criteria))
    if found:
        first = found[0][1]
        lacks = (
            "path to green" if not first.has_path_to_green else "",
            "exit criteria" if not first.has_exit_criteria else "",
        )
        yield Finding(
            f"{count(len(found), 'escalation')} {verb(len(found), 'lacks', 'lack')} what closes "
            f"{verb(len(found), 'it', 'them')}: {quote(first.title)} has no {' and no '.join(filter(None, lacks))}.",
            tuple(ref for ref, _ in found),
            "Write `path_to_green:` and `exit_criteria:` into its ps-risk block.",
        )
