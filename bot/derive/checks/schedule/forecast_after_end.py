"""Work that is likely to outlast the SOW needs paper before the end date: a confirmation for a short extension, a change order for a long one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import Threshold
from bot.derive.checks.extension import (
    CHANGE_ORDER_MONTHS,
    EXTENSION_COVERED,
    extension_hint,
    is_extension_covered,
    needs_change_order,
)
from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import sow_end
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Percent, Phrase, Value, days
from bot.domain.vocabulary import Severity

THRESHOLDS = {CHANGE_ORDER_MONTHS: Threshold(2, "months", "An extension from this length on needs a change order")}


def find(subject: Subject) -> Iterator[Finding]:
    """Up to two months: written confirmation; from two months: a change order (GitLab PS's change control)."""
    end, finish = sow_end(subject), subject.derived.forecast.finish
    if end is None or end < subject.day or not subject.to_do:
        return
    likely, cautious = finish.p50, finish.p80
    late = next((day for day in (likely, cautious) if isinstance(day, date) and day > end), None)
    if late is None:
        return
    months_over = needs_change_order(subject, end, late)
    over = subject.calendar.working_days_between(end, late)
    yield Finding(
        _tell(late == likely, finish=late, days=days(over), end=end, odds=_odds(subject)),
        tuple(subject.derived.schedule.critical_path) or (subject.engagement.ref,),
        Phrase("Raise a change order, or take out scope that can wait.")
        if months_over
        else Phrase("Get the new end date confirmed in writing, or take out scope that can wait."),
        Severity.HIGH if late == likely else None,
        hint=extension_hint(subject) if late == likely else NOTHING,
        is_covered=late != likely or is_extension_covered(subject, end, late),
    )


def _tell(likely: bool, **values: Value) -> Phrase:
    if likely:
        return Phrase(
            "The work is likely to finish on {finish}, {days} after the end of the SOW on {end}{odds}.", **values
        )
    return Phrase(
        "The work is at risk of finishing on {finish}, {days} after the end of the SOW on {end}{odds}.", **values
    )


def _odds(subject: Subject) -> Phrase:
    chance = subject.derived.forecast.on_time_probability
    return NOTHING if chance is None else Phrase(" ({share} chance to be on time)", share=Percent(chance))


RULE = Rule(id="forecast-after-end", severity=Severity.MEDIUM, thresholds=THRESHOLDS, gate=EXTENSION_COVERED, find=find)
