"""Work planned for a day after the end of the SOW is planned without a contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.derive.checks.extension import extension_hint
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import sow_end
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    end = sow_end(subject)
    if end is None or end < subject.day:
        return
    found = sorted(
        ((item.due_date, item.ref) for item in subject.to_do if item.due_date and item.due_date > end), reverse=True
    )
    if found:
        yield Finding(
            Phrase(
                "{n|# open item is|# open items are} due after the end of the SOW on {end}; the last on {last}.",
                n=len(found),
                end=end,
                last=found[0][0],
            ),
            tuple(ref for _, ref in found),
            Phrase("Move them before the end, take them out, or extend the SOW."),
            hint=NOTHING if isinstance(subject.derived.forecast.finish.p50, date) else extension_hint(subject),
        )


RULE = Rule(id="work-planned-after-end", severity=Severity.MEDIUM, find=find)
