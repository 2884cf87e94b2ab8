"""Hours after the end of the SOW, while a change order waits for its signature, are work at risk."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import has_work_at_risk, hours_of, sow_end
from bot.derive.scope.change_orders import is_pending
from bot.derive.subject import Subject
from bot.domain.messages import Phrase, hours


def find(subject: Subject) -> Iterator[Finding]:
    end = sow_end(subject)
    waiting = any(is_pending(order) for order in subject.derived.scope.change_orders)
    if end is None or not waiting or has_work_at_risk(subject):
        return
    late = [log for log in subject.engagement.timelogs if log.spent_at > end]
    if late:
        yield Finding(
            evidence=tuple(sorted({log.item for log in late if log.item})),
            hint=Phrase(
                "{hours} were logged after the SOW ended ({day}) without a work-at-risk approval.",
                hours=hours(hours_of(late)),
                day=end,
            ),
            is_risk=False,
        )


RULE = Rule(id="hours-after-end", severity=None, find=find)
