"""At the present pace the hours end before the work does: after that day people stop, or work unpaid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.derive.checks.rule import Finding, Rule
from bot.derive.decisions.questions import hours_at_completion, sow_end
from bot.derive.subject import Subject
from bot.domain.messages import NOTHING, Phrase, hours
from bot.domain.vocabulary import Severity


def find(subject: Subject) -> Iterator[Finding]:
    budget, finish = subject.derived.budget, _finish(subject)
    if budget.runs_out is None or finish is None or budget.runs_out >= finish or (budget.burn or 0) > 1:
        return
    likely, cautious = (_exceeds(subject, level) for level in ("p50", "p80"))
    if not cautious:
        return  # the work will be done with fewer hours: it is its end that is far off, not more work
    days = subject.calendar.working_days_between(budget.runs_out, finish)
    pace = Phrase(" at {hours} a week", hours=hours(budget.weekly_pace)) if budget.weekly_pace else NOTHING
    yield Finding(
        Phrase(
            "The budget runs out on {runs_out}{pace}, {n|# working day|# working days} before the expected finish on {finish}.",
            runs_out=budget.runs_out,
            pace=pace,
            n=days,
            finish=finish,
        ),
        (subject.engagement.ref,),
        Phrase("Prepare a change order or a work exception now; slow what is not contractual."),
        None if likely else Severity.MEDIUM,
    )


def _exceeds(subject: Subject, level: str) -> bool:
    """Whether the hours at completion may be more than the budget; yes where nobody can tell."""
    expected, budget = hours_at_completion(subject.derived), subject.derived.budget.hours_budget
    return expected is None or budget is None or getattr(expected, level) > budget


def _finish(subject: Subject) -> date | None:
    """The likely finish (P50), else the end of the SOW."""
    likely = subject.derived.forecast.finish.p50
    return likely if isinstance(likely, date) else sow_end(subject)


RULE = Rule(id="budget-runs-out", severity=Severity.HIGH, find=find)
