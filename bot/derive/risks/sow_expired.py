"""Work after the end of the SOW has no contract under it: it may not be billable, and nobody is bound to accept it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.phrases import count, hours
from bot.derive.questions import hours_of, sow_end
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "sow-expired"
SEVERITY = "high"


def find_sow_expired(subject: Subject) -> Iterator[Finding]:
    end = sow_end(subject)
    if end is None or end >= subject.day or not subject.to_do:
        return
    after = hours_of(log for log in subject.engagement.timelogs if log.spent_at > end)
    logged = f" and {hours(after)} logged since" if after else ""
    yield Finding(
        f"The SOW ended on {end} with {count(len(subject.to_do), 'item')} open{logged}.",
        (subject.engagement.ref, *(item.ref for item in subject.to_do)),
        "Stop, or get the extension signed; close what is out of contract.",
        "critical" if after else None,
    )
