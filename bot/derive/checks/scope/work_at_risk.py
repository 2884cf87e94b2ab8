"""Work at risk is done before anybody signed for it: its hours are not billed until the signature is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.derive.checks.rule import EVERY_PHASE, Finding, Rule
from bot.derive.labels import has_label, label_day
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase, quote
from bot.domain.model import Item
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    label = subject.settings.labels.work_at_risk
    found = sorted(
        (
            (_since(subject, item), item)
            for item in subject.engagement.items
            if item.is_open and has_label(item.labels, label)
        ),
        key=lambda pair: (pair[0] or subject.day, pair[1].ref),
    )
    if found:
        since, oldest = found[0]
        yield Finding(
            Phrase(
                "{n|# work-at-risk approval is|# work-at-risk approvals are} open, {title}{since}.",
                n=len(found),
                title=quote(oldest.title),
                since=Phrase(" since {day}", day=since) if since else NOTHING,
            ),
            tuple(item.ref for _, item in found),
            Phrase("Push for the signature; agree the day on which work stops without it."),
        )


def _since(subject: Subject, item: Item) -> date | None:
    created = subject.calendar.local_day(item.created_at) if item.created_at else None
    return label_day(item, subject.settings.labels.work_at_risk, subject.calendar) or created


RULE = Rule(id="work-at-risk", severity=Severity.HIGH, phases=EVERY_PHASE, find=find)
