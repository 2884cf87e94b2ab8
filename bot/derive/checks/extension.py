"""Change control of time: an extension takes a written confirmation, a long one a change order (GitLab PS's change control)."""

from __future__ import annotations

from datetime import date
from typing import Final

from bot.derive.checks.gate import WORKING, Gate, LifeStage
from bot.derive.decisions.questions import sow_end
from bot.derive.scope.change_orders import is_pending
from bot.derive.subject import Subject
from bot.domain.calendar import add_months
from bot.domain.messages import NOTHING, Phrase, Value, days

CHANGE_ORDER_MONTHS: Final = "forecast_after_end_change_order_months"


def expected_finish(subject: Subject) -> date | None:
    """The forecast's P50; without a forecast, the last due date of the open work."""
    p50 = subject.derived.forecast.finish.p50
    if isinstance(p50, date):
        return p50
    return max((item.due_date for item in subject.work if item.is_open and item.due_date), default=None)


def needs_change_order(subject: Subject, end: date, finish: date) -> bool:
    return finish >= add_months(end, int(subject.threshold(CHANGE_ORDER_MONTHS)))


def is_extension_covered(subject: Subject, end: date, finish: date) -> bool:
    """Whether a change order that moves the end is under way, or none is needed."""
    proposed = any(is_pending(order) and order.end for order in subject.derived.scope.change_orders)
    return proposed or not needs_change_order(subject, end, finish)


def extension_hint(subject: Subject) -> Phrase:
    """The paper that the expected finish asks for; nothing where it is before the end of the SOW."""
    end, finish = sow_end(subject), expected_finish(subject)
    if end is None or finish is None or finish <= end:
        return NOTHING
    over = days(subject.calendar.working_days_between(end, finish))
    return _hint(needs_change_order(subject, end, finish), finish=finish, days=over, end=end)


def _hint(is_long: bool, **values: Value) -> Phrase:
    if is_long:
        return Phrase(
            "Work is expected to end {finish}, {days} after the SOW ({end}): it needs a change order (two months or more).",
            **values,
        )
    return Phrase(
        "Work is expected to end {finish}, {days} after the SOW ({end}): "
        "it needs a written confirmation (less than two months).",
        **values,
    )


EXTENSION_COVERED: Final = Gate(
    id="extension-covered",
    stage=LifeStage.CHANGE,
    phases=WORKING,
    asked=lambda s: sow_end(s) is not None and isinstance(s.derived.forecast.finish.p50, date),
    message=Phrase("The work outlasts the SOW by two months or more without a change order."),
)
