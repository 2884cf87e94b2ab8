"""Everything known of an engagement on the day, before any trial: state, effort, time to go, what binds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from bot.derive.decisions.questions import deadline
from bot.derive.forecast.capacity import Capacity, find_capacity, first_booking, newcomers, with_absences
from bot.derive.forecast.constants import BASIS_SHARE, BUDGET_SD, OWN_ENOUGH
from bot.derive.forecast.effort import Effort, estimate_effort, scope_to_come
from bot.derive.forecast.finish import Prior, PriorSource, Remaining, combine_priors, remaining_time
from bot.derive.forecast.history import History, State, make_history
from bot.derive.forecast.milestones import Landing, find_landings
from bot.derive.forecast.reference import MIN_WEEKS, Reference
from bot.derive.forecast.terms import Terms, hours_sold, make_terms
from bot.derive.scope.progress import derive_phase
from bot.derive.subject import Subject
from bot.domain.calendar import ONE_DAY
from bot.domain.model import Booking
from bot.domain.vocabulary import ForecastBasis, Phase


@dataclass(frozen=True)
class Situation:
    """Everything known of an engagement on the day, before any trial."""

    subject: Subject
    ref: Reference
    history: History
    state: State
    now: float
    phase: Phase
    effort: Effort | None
    fixed_scope: Effort | None
    prior: Prior
    remaining: Remaining | None
    capacity: Capacity
    delay: float
    floor: float
    landings: tuple[Landing, ...]
    end: date | None
    """The day by which the engagement is due."""

    @cached_property
    def terms(self) -> Terms:
        """What the contract pays for: of a past day nobody asks."""
        return make_terms(self.subject, self.history.axis)

    @property
    def basis(self) -> ForecastBasis:
        """What the finish rests on: own throughput, the schedule, the reference class, or nothing."""
        if self.phase == Phase.COMPLETE:
            return ForecastBasis.THROUGHPUT
        if self.remaining is None:
            return ForecastBasis.NONE
        if self.state.weeks >= MIN_WEEKS and self.remaining.own_weight >= OWN_ENOUGH:
            return ForecastBasis.THROUGHPUT
        return (
            ForecastBasis.SCHEDULE
            if self.prior.source in (PriorSource.DATES, PriorSource.PLAN, PriorSource.BOOKINGS)
            else ForecastBasis.REFERENCE
        )


def assess(subject: Subject, ref: Reference) -> Situation:
    """The situation on the day: state, effort, prior, remaining time, what binds."""
    facts = subject.engagement.facts
    ref = class_of(subject, ref)
    typical = ref.typical_by.get(facts.customer or "")
    history = make_history(subject.engagement, subject.settings.labels, subject.calendar, subject.breakdown)
    sold = hours_sold(subject)
    now = history.axis.position(subject.day)
    start = first_day(subject, history)
    state = history.state(now)
    phase = derive_phase(subject)
    growth = 0.0 if phase == Phase.COMPLETE else scope_to_come(state, ref, sold, history.basis)
    effort, fixed = (effort_of(state, sold, history, ref, g, phase) for g in (growth, 0.0))
    planned = _planned_days(subject, history, start)
    hours, rest = (effort.total, effort.rest - effort.late) if effort and effort.total > 0 else (None, None)
    usual = capacity_of(subject, history, state, ref)
    what_if = subject.engagement.what_if
    joining = newcomers(what_if, subject.calendar)
    capacity = capacity_of(subject, history, state, ref, joining) if joining else usual
    until = usual.days_to_do(rest) if rest and rest <= usual.booked[-1] else None
    delay = max((start or now) - now, 0.0) if phase == Phase.NOT_STARTED else 0.0
    landings = find_landings(subject, history, now)
    prior = combine_priors(
        hours,
        planned,
        typical,
        ref,
        until and max(state.elapsed + until - delay, 1.0),
        dates_left(subject, landings, history, now + delay, state.elapsed),
    )
    remaining = None
    if start is not None and phase != Phase.COMPLETE:
        factor = what_if.pace_factor
        remaining = remaining_time(state, prior, ref, rest=rest, capacity=usual, growth=growth, pace_factor=factor)
        if joining:
            remaining = remaining.faster(_gain(usual, capacity, remaining.median))
    return Situation(
        subject, ref, history, state, now, phase, effort, fixed, prior, remaining,
        capacity=capacity, delay=delay, floor=_chain_days(subject), landings=landings, end=deadline(subject),
    )  # fmt: skip


def class_of(subject: Subject, ref: Reference) -> Reference:
    """What finished work taught of engagements like this one."""
    facts = subject.engagement.facts
    return ref.for_class(str(facts.billing or ""), facts.customer or "")


def capacity_of(
    subject: Subject, history: History, state: State, ref: Reference, joining: tuple[Booking, ...] = ()
) -> Capacity:
    """Who is there from now on, with those `joining` in a scenario."""
    engagement = subject.engagement
    return find_capacity(
        (*engagement.bookings, *joining),
        history.logs,
        history.axis,
        subject.day,
        with_absences(subject.availability, engagement.what_if.away),
        state.elapsed,
        ref.booking_yield,
        history.sheets,
    )


def _gain(usual: Capacity, capacity: Capacity, days: float) -> float:
    """How much sooner what `usual` does in so many days is done with more people."""
    sooner = capacity.days_to_do(sum(usual.parts_by(days)))
    return days / sooner if sooner else 1.0


def first_day(subject: Subject, history: History) -> float | None:
    """Position before the first day of work; of work not begun the first booked week serves where the SOW has no date."""
    if history.start is not None:
        return history.start
    day = first_booking(subject.engagement.bookings, subject.calendar)
    if day is not None:
        return history.axis.position(day - ONE_DAY)
    created = history.created[history.created > 0]
    return float(np.min(created)) - 1.0 if len(created) and derive_phase(subject) != Phase.NOT_STARTED else None


def effort_of(
    state: State, sold: float | None, history: History, ref: Reference, growth: float, phase: Phase
) -> Effort | None:
    """Effort at completion: spent when it is complete; by the work, else by the budget; None where neither is known."""
    if phase == Phase.COMPLETE:
        return Effort(state.spent, 0.0, 0.0) if state.spent > 0 else None
    found = estimate_effort(state, sold, history.basis, ref, growth)
    if found is None and sold:
        return Effort(state.spent, max(sold - state.spent, 0.0), BUDGET_SD)
    return found


def _planned_days(subject: Subject, history: History, start: float | None) -> float | None:
    """Working days from the start to the SOW's end, else to the last due date; None without one."""
    end = subject.engagement.what_if.planned_end or deadline(subject)
    if end is None or start is None:
        return None
    days = history.axis.position(end) - start
    return days if days > 0 else None


def dates_left(
    subject: Subject, landings: tuple[Landing, ...], history: History, at: float, elapsed: float
) -> tuple[float, float] | None:
    """Working days gone, and from `at` to the last date of the open work; None where too little of it has a date ahead.

    An item's own due date counts, else its milestone's; a milestone without items stands for work still to come. What is
    overdue has no date any more.
    """
    value = dict(zip(history.refs, history.value, strict=True))
    due = {landing.view.title: landing.view.due for landing in landings}
    work = [(value[i.ref], i.due_date or due.get(i.milestone or "")) for i in subject.work if i.is_open]
    ahead = [(amount, day) for amount, day in work if day and day > subject.day]
    if sum(amount for amount, _ in ahead) < BASIS_SHARE * sum(amount for amount, _ in work):
        return None
    days = [day for _, day in ahead] + [g.view.due for g in landings if g.waits_for_its_date and g.view.due]
    left = history.axis.position(max(days)) - at if days else 0.0
    return (elapsed, left) if left > 0 else None


def _chain_days(subject: Subject) -> float:
    """Working days that the critical path takes one item after another, by estimates; 0 without links or estimates."""
    items = subject.own_items
    chain = [items[ref] for ref in subject.derived.schedule.critical_path if ref in items]
    left = [max((i.estimate_hours or 0.0) - (i.spent_hours or 0.0), 0.0) for i in chain if i.is_open]
    return sum(left) / subject.calendar.hours_per_day
