"""Actions are what was promised to keep a risk small; an overdue action is the risk taking its course."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.phrases import count, quote, verb
from bot.derive.questions import days_late
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "raid-overdue"
SEVERITY = "medium"


def find_raid_overdue(subject: Subject) -> Iterator[Finding]:
    entries = [entry for entry in subject.derived.raid if entry.state != "closed" and entry.kind in ("action", "issue")]
    late = sorted(
        ((days_late(subject, entry.due), entry) for entry in entries if days_late(subject, entry.due)),
        key=lambda pair: (-pair[0], pair[1].ref),
    )
    if late:
        days, worst = late[0]
        yield Finding(
            f"{count(len(late), 'RAID action or issue', 'RAID actions and issues')} {verb(len(late), 'is', 'are')} overdue; "
            f"{quote(worst.title)} by {count(days, 'working day')}.",
            tuple(entry.ref for _, entry in late),
            "Ask the owners; close what is done, agree a new date for the rest.",
        )
