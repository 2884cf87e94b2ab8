"""At the present pace the hours end before the work does: after that day people stop, or work unpaid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.derive.phrases import count, hours
from bot.derive.questions import sow_end
from bot.derive.risks.rule import Finding
from bot.derive.subject import Subject

ID = "budget-runs-out"
SEVERITY = "high"


def find_budget_runs_out(subject: Subject) -> Iterator[Finding]:
    budget, finish = subject.derived.budget, _finish(subject)
    if budget.runs_out is None or finish is None or budget.runs_out >= finish or (budget.burn or 0) > 1:
        return
    days = subject.calendar.working_days_between(budget.runs_out, finish)
    pace = f" at {hours(budget.weekly_pace)} a week" if budget.weekly_pace else ""
    yield Finding(
        f"The budget runs out on {budget.runs_out}{pace}, {count(days, 'working day')} before the expected finish on "
        f"{finish}.",
        (subject.engagement.ref,),
        "Prepare a change order or a work exception now; slow what is not contractual.",
    )


def _finish(subject: Subject) -> date | None:
    """The likely finish (P50), else the end of the SOW."""
    likely = subject.derived.forecast.finish.p50
    return likely if isinstance(likely, date) else sow_end(subject)
