"""Work after the end of the SOW has no contract under it: it may not be billable, and nobody is bound to accept it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.extension import EXTENSION_COVERED, expected_finish, extension_hint, is_extension_covered
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import hours_of, sow_end
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase, hours
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    end = sow_end(subject)
    if end is None or end >= subject.day or not subject.to_do:
        return
    finish = expected_finish(subject)
    after = hours_of(log for log in subject.engagement.timelogs if log.spent_at > end)
    logged = Phrase(" and {hours} logged since", hours=hours(after)) if after else NOTHING
    yield Finding(
        Phrase(
            "The SOW ended on {end} with {n|# item|# items} open{logged}.", end=end, n=len(subject.to_do), logged=logged
        ),
        (subject.engagement.ref, *(item.ref for item in subject.to_do)),
        Phrase("Stop, or get the extension signed; close what is out of contract."),
        Severity.CRITICAL if after else None,
        hint=extension_hint(subject),
        is_covered=finish is None or is_extension_covered(subject, end, finish),
    )


RULE = Rule(id="sow-expired", severity=Severity.HIGH, gate=EXTENSION_COVERED, find=find)
