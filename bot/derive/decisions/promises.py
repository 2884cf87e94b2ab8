"""What a customer is told of dates: what is promised, and where the whole stands by that. Never at odds with itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from enum import StrEnum

from bot.derive.results import MilestoneStatus
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.vocabulary import MilestoneState


class CustomerState(StrEnum):
    """Where the project stands, by the milestones that the customer knows; from best to worst."""

    DONE = "done"
    ON_PLAN = "on_plan"
    NEW_PLAN = "new_plan"
    AT_RISK = "at_risk"
    LATE = "late"


@frozen
class CustomerStanding:
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
    if milestone.state == MilestoneState.AT_RISK or is_missed(milestone):
        return CustomerState.AT_RISK
    return CustomerState.NEW_PLAN if is_moved(milestone) else CustomerState.ON_PLAN


def standing_of(milestones: Iterable[MilestoneStatus]) -> CustomerStanding | None:
    """The worst state, told by the milestone that is furthest behind in it, else by the next one (the last one of those that are late alike); None without milestones."""
    ordered = sorted(milestones, key=lambda m: (m.closed or m.forecast or m.due or date.max, m.title))
    if not ordered:
        return None
    state = max(map(state_of, ordered), key=list(CustomerState).index)
    there = [m for m in ordered if state_of(m) is state]
    if state is CustomerState.DONE:
        return CustomerStanding(state, ordered[-1])
    slips = [max(m.slip_days or 0, 0) for m in there]
    order = [(is_missed(m), slip, n if slip else -n) for n, (m, slip) in enumerate(zip(there, slips, strict=True))]
    return CustomerStanding(state, there[order.index(max(order))])


def is_moved(milestone: MilestoneStatus) -> bool:
    """Whether it is expected after the date that was agreed first."""
    return milestone.slip_days is not None and milestone.slip_days > 0


def is_missed(milestone: MilestoneStatus) -> bool:
    """Whether it is expected after the date that it has now."""
    return milestone.due is not None and milestone.forecast is not None and milestone.forecast > milestone.due
