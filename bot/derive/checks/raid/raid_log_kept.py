"""Work without any risk on paper is work whose risks nobody has looked for."""

from __future__ import annotations

from bot.derive.checks.gate import WORKED, Gate, LifeStage
from bot.derive.checks.rule import Rule, lacking
from bot.derive.decisions.questions import in_planning
from bot.derive.labels import raid_kind
from bot.derive.subject import Subject
from bot.domain.messages import Phrase
from bot.domain.vocabulary import Phase


def _has_entry(subject: Subject) -> bool:
    return any(raid_kind(item, subject.settings.labels) for item in subject.engagement.items)


def _is_due(subject: Subject) -> bool:
    """Not in the first weeks of the work."""
    return subject.derived.phase != Phase.ACTIVE or not in_planning(subject)


GATE = Gate("raid-log-kept", LifeStage.START, WORKED, Phrase("There is no entry in the RAID log."), asked=_is_due)

RULE = Rule(id="raid-log-kept", severity=None, gate=GATE, find=lacking(_has_entry))
