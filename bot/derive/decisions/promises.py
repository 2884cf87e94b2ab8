"""What a customer is told of dates: what is promised, and where the whole stands by that. Never at odds with itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bot.derive.results import MilestoneStatus
from bot.domain.calendar import WorkCalendar
from bot.domain.vocabulary import MilestoneState


class CustomerState(StrEnum):
    """Where the project stands, by the milestones that the customer knows; from best to worst."""

    DONE = "done"
    ON_PLAN = "on_plan"
    NEW_PLAN = "new_plan"
    AT_RISK = "at_risk"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state, and the milestone that is the reason for it."""

    state: CustomerState
    milestone: MilestoneStatus


def promised(milestone: MilestoneStatus, calendar: WorkCalendar) -> MilestoneStatus:
    """What one says to a customer: the planned date while it holds, the forecast where it doesn't.

    An earlier date than planned is promised to nobody before the work is done; a date that has passed is none any more.
    """
    if milestone.closed or milestone.state == MilestoneState.DONE or milestone.due is None:
        return milestone
    if milestone.state == MilestoneState.LATE:
        expected = milestone.forecast if milestone.forecast and milestone.forecast > milestone.due else None
    else:
        expected = max(milestone.due, milestone.forecast or milestone.due)
    slip = calendar.working_days_between(milestone.baseline, expected) if milestone.baseline and expected else None
    return replace(milestone, forecast=expected, forecast_p80=None, slip_days=slip)


def state_of(milestone: MilestoneStatus) -> CustomerState:
    """A date that was moved is on the new plan, never simply on plan."""
    if milestone.state == MilestoneState.DONE:
        return CustomerState.DONE
    if milestone.state == MilestoneState.LATE:
        return CustomerState.LATE
    if milestone.state == MilestoneState.AT_RISK or _is_missed(milestone):
        return CustomerState.AT_RISK
    return CustomerState.NEW_PLAN if (milestone.slip_days or 0) > 0 else CustomerState.ON_PLAN


def standing_of(milestones: Iterable[MilestoneStatus]) -> Standing | None:
    """The worst state, told by the first milestone that is in it; None where the customer knows of none."""
    ordered = sorted(milestones, key=lambda m: (m.closed or m.forecast or m.due or date.max, m.title))
    states = [(list(CustomerState).index(state_of(m)), -n, m) for n, m in enumerate(ordered)]
    if not states:
        return None
    worst = max(states, key=lambda found: found[:2])[2]
    state = state_of(worst)
    return Standing(state, ordered[-1] if state is CustomerState.DONE else worst)


def _is_missed(milestone: MilestoneStatus) -> bool:
    return milestone.due is not None and milestone.forecast is not None and milestone.forecast > milestone.due
