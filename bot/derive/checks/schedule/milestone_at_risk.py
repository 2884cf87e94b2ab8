"""A milestone that the forecast says will miss its date can still be saved today, by scope, people or an honest new date."""

from __future__ import annotations

from collections.abc import Iterator

from bot.derive.checks.rule import Finding, Rule
from bot.derive.results import MilestoneStatus
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Percent, Phrase, days, listing, quote
from bot.domain.vocabulary import MilestoneState, Severity


def find(subject: Subject) -> Iterator[Finding]:
    found = [m for m in subject.derived.schedule.milestones if m.due and m.state == MilestoneState.AT_RISK]
    missed = [m for m in found if m.due and m.forecast and m.forecast > m.due]
    found.sort(key=lambda m: (m not in missed, -_days_after(subject, m), m.title))
    if not found:
        return
    yield Finding(
        Phrase(
            "{n|# milestone may not make its date|# milestones may not make their date}: {names}.",
            n=len(found),
            names=listing([_describe(subject, m) for m in found]),
        ),
        tuple(m.ref for m in found),
        Phrase("Cut or move scope, add help, or agree a new date before the old one passes."),
        Severity.HIGH if missed else None,
    )


def _days_after(subject: Subject, milestone: MilestoneStatus) -> int:
    """Working days from the due date to the likely finish; 0 where there is no forecast."""
    if milestone.due is None or milestone.forecast is None:
        return 0
    return subject.calendar.working_days_between(milestone.due, milestone.forecast)


def _describe(subject: Subject, milestone: MilestoneStatus) -> Phrase:
    late, chance = _days_after(subject, milestone), milestone.on_time_probability
    return Phrase(
        "{title} due {due}{likely}{odds}",
        title=quote(milestone.title),
        due=milestone.due,
        likely=Phrase(", likely {day} ({days} late)", day=milestone.forecast, days=days(late)) if late > 0 else NOTHING,
        odds=NOTHING if chance is None else Phrase(", {share} chance", share=Percent(chance)),
    )


RULE = Rule(id="milestone-at-risk", severity=Severity.MEDIUM, find=find)
