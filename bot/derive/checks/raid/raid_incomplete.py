"""A RAID entry without owner, impact or mitigation is a worry written down, not a risk managed."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import WORKING, Gate, LifeStage
from bot.derive.checks.rule import Finding, Rule
from bot.derive.checks.telling import tell_worst
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing
from bot.domain.vocabulary import ItemState, Severity


def find(subject: Subject) -> Iterator[Finding]:
    found = sorted(
        (entry for entry in subject.derived.raid if entry.state != ItemState.CLOSED and entry.missing),
        key=lambda entry: (-len(entry.missing), entry.ref),
    )
    if found:
        serious = any(entry.level == Severity.HIGH or entry.escalated for entry in found)
        yield tell_worst(
            found,
            Phrase(
                "{n|# RAID entry lacks|# RAID entries lack} what makes {n|it|them} manageable; {title} has no {names}."
            ),
            Phrase("Fill them in at the next RAID review; labels or a ps-risk block will do."),
            Severity.MEDIUM if serious else None,
            names=listing(found[0].missing, limit=7),
        )


GATE = Gate(
    "raid-complete",
    LifeStage.DELIVER,
    WORKING,
    Phrase("RAID entries that lack a required field: {n}.", n=0),
    asked=lambda s: any(entry.state != ItemState.CLOSED for entry in s.derived.raid),
)

RULE = Rule(id="raid-incomplete", severity=Severity.LOW, gate=GATE, find=find)
