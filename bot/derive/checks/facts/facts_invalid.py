"""Facts that can't be read are missing from every figure: budget, forecast and status are worked out without them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.gate import Gate, LifeStage
from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, listing
from bot.domain.model import FactFault
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    faults = sorted(subject.engagement.fact_faults, key=lambda f: (f.ref, f.line, f.key, f.message))
    if faults:
        yield Finding(
            Phrase(
                "{n|# fact|# facts} can't be read: {names}.",
                n=len(faults),
                names=listing([_tell(fault) for fault in faults], limit=20),
            ),
            tuple(fault.ref for fault in faults if fault.ref),
            Phrase("Correct the block in the description; `psbot schema --facts` shows what may stand there."),
        )


def _tell(fault: FactFault) -> Phrase:
    """`'end' on line 7 must be a date …`"""
    what = repr(fault.key) if fault.key else Phrase("the block")
    if fault.line:
        return Phrase("{what} on line {line} {fault}", what=what, line=fault.line, fault=fault.message)
    return Phrase("{what} {fault}", what=what, fault=fault.message)


GATE = Gate("facts-readable", LifeStage.START, EVERY_PHASE, Phrase("The facts block has keys that can't be read."))

RULE = Rule(id="facts-invalid", severity=Severity.MEDIUM, phases=EVERY_PHASE, gate=GATE, find=find)
