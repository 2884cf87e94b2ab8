"""From finished engagements to a `Reference`: medians and spreads, shrunk towards the built-in ones."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from functools import cache

import numpy as np

from bot.config import Settings
from bot.derive.forecast.capacity import worked_of_booked
from bot.derive.forecast.constants import (
    BASIS_SHARE,
    ELASTICITY_SD,
    FARTHEST_SCORE,
    LEAST_ITEMS,
    PRIOR_WEIGHT,
    SPREAD_WEIGHT,
    YIELD_WITHIN,
)
from bot.derive.forecast.effort import estimate_effort
from bot.derive.forecast.finish import combine_priors, remaining_time
from bot.derive.forecast.history import Array, History, make_history
from bot.derive.forecast.reference import Lags, Middles, Reference, by_class, shrunk
from bot.domain.calendar import WorkCalendar
from bot.domain.frozen import frozen
from bot.domain.model import Engagement, Milestone, Portfolio, end_of_day
from bot.domain.vocabulary import ItemState, ValueBasis

REPLAY_AT = (0.25, 0.5, 0.75)
HALF_A_DAY = 0.5
DATES_ASKED_AT = tuple(n / 10 for n in range(1, 10))
"""Many shares of the time: asked at few, date and share together would give the truth away."""


@frozen
class Finished:
    """A finished engagement: its history, working days from start to end, and hours."""

    engagement: Engagement
    history: History
    duration: float
    hours: float

    @property
    def end(self) -> float:
        """Position of its end."""
        return (self.history.start or 0.0) + self.duration


def learn_reference(portfolio_as_of: Portfolio, day: date, calendar: WorkCalendar, settings: Settings) -> Reference:
    """What the engagements that were finished by `day` teach; with none, the built-in reference class.

    `portfolio_as_of` is already replayed as of `day`, so nothing later can be learned from.
    """
    return learn_from(find_finished(portfolio_as_of, calendar, settings), calendar)


def learn_by_day(portfolio_as_of: Portfolio, calendar: WorkCalendar, settings: Settings) -> Callable[[date], Reference]:
    """What finished engagements taught on any day up to that of the portfolio; each day is learned once.

    A figure of a past quarter rests on what was known then: what is learned later must not move it.
    """
    done = find_finished(portfolio_as_of, calendar, settings)

    @cache
    def learn(finished: int) -> Reference:
        return learn_from(sorted(in_order[:finished], key=lambda f: f.engagement.ref), calendar)

    in_order = sorted(done, key=lambda f: (_closed_on(f, calendar), f.engagement.ref))
    closings = [_closed_on(f, calendar) for f in in_order]
    return lambda day: learn(bisect_right(closings, day))


def _closed_on(f: Finished, calendar: WorkCalendar) -> date:
    at = f.engagement.closed_at
    return calendar.local_day(at) if at else f.history.axis.day(f.end)


def find_finished(portfolio: Portfolio, calendar: WorkCalendar, settings: Settings) -> tuple[Finished, ...]:
    """The finished engagements that can teach, in order of reference."""
    over = sorted((e for e in portfolio.engagements if is_finished(e)), key=lambda e: e.ref)
    found = (_finished(e, make_history(e, settings.labels, calendar)) for e in over)
    return tuple(f for f in found if f is not None)


def is_finished(engagement: Engagement) -> bool:
    """Whether an engagement is over: its root is closed."""
    return engagement.state == ItemState.CLOSED


def _finished(engagement: Engagement, history: History) -> Finished | None:
    """A finished engagement that can teach: at least a week long, with enough items or closed milestones."""
    end = _end(engagement, history)
    told = len(history.refs) >= LEAST_ITEMS or any(m.closed_at for m in engagement.milestones)
    if end is None or history.start is None or not told or end - history.start < 5:
        return None
    return Finished(engagement, history, end - history.start, float(history.log_hours.sum()))


def _end(engagement: Engagement, history: History) -> float | None:
    """Position of the end: the last item's closing or that of the engagement (else its last milestone), if earlier.

    What was closed afterwards, or never, is no part of how long it took.
    """
    closings = [m.closed_at for m in engagement.milestones]
    at = engagement.closed_at or (max(filter(None, closings)) if closings and all(closings) else None)
    if at is None:
        return history.last_close
    closed = history.axis.position(history.axis.calendar.local_day(at))
    return closed if history.last_close is None else min(closed, history.last_close)


def learn_from(done: Sequence[Finished], calendar: WorkCalendar) -> Reference:
    """The reference class of these finished engagements."""
    base = Reference()
    if not done:
        return base
    worked = [f for f in done if f.history.refs]
    logs = np.array([_logs(f, calendar) for f in done])
    facts = [f.engagement.facts for f in done]
    classes = by_class(logs, [str(f.billing or "") for f in facts], [f.customer or "" for f in facts], Middles())
    learned = replace(
        base,
        **asdict(classes["", ""]),
        classes=classes,
        finished=len(done),
        names=tuple(sorted(f.engagement.ref for f in done)),
        ratio_sd=_shrunk_sd(logs[:, 0], base.ratio_sd),
        duration_sd=_shrunk_sd(logs[:, 1], base.duration_sd),
        plan_sd=_shrunk_sd(logs[:, 2], base.plan_sd),
        typical_days=shrunk([math.log(f.duration) for f in done], base.typical_days),
        typical_by=_by_customer(done),
        growth=sum(_late_share(f) for f in worked) / (len(worked) + PRIOR_WEIGHT),
        closed_share=_closed_share(done, base.closed_share),
        booking_yield=_booking_yield(done, base.booking_yield),
        lags=_learn_lags(done, calendar, base.lags),
        slips=tuple((n, *pair) for n, f in enumerate(done) for pair in _date_slips(f)),
    )
    return _calibrate(_with_elasticity(learned, done), done)


def _with_elasticity(ref: Reference, done: Sequence[Finished]) -> Reference:
    """The exponent of the law of size: as steep as finished work says, the usual one counting by how little firms differ."""
    sized = np.log([[f.hours, f.duration] for f in done if f.hours > 0])
    if len(sized) < PRIOR_WEIGHT:
        return ref
    size, days = (sized - np.median(sized, axis=0)).T
    known = (ref.duration_sd / ELASTICITY_SD) ** 2
    slope = float((size @ days + known * ref.elasticity) / (size @ size + known))
    return replace(ref, elasticity=slope, usual_hours=float(np.exp(np.median(sized[:, 0]))))


def _shrunk_sd(of: Array, prior: float) -> float:
    """Robust sd (1.48 × median distance from the median), the prior counting as PRIOR_WEIGHT observations."""
    logs = of[~np.isnan(of)]
    if len(logs) < 3:
        return prior
    own = 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
    return math.sqrt((len(logs) * own**2 + PRIOR_WEIGHT * prior**2) / (len(logs) + PRIOR_WEIGHT))


def _logs(f: Finished, calendar: WorkCalendar) -> tuple[float, float, float, float]:
    """ln of what one finished engagement says of each of the middles, in their order; NaN where it can't tell."""
    costed = f.history.basis == ValueBasis.HOURS and f.hours > 0
    plan, exponent = _plan_ratio(f, calendar), _spend_exponent(f)
    return (
        math.log(f.hours / float(f.history.value.sum())) if costed else math.nan,
        math.log(f.duration / f.hours ** (1 / 3)) if f.hours > 0 else math.nan,
        math.log(plan) if plan is not None else math.nan,
        math.log(exponent) if exponent is not None else math.nan,
    )


def _spend_exponent(f: Finished) -> float | None:
    """The exponent of the curve whose hours lie, in the mean, as far from the end as these did; None without a day for most of them.

    Of 1 − (1 − x)^k a share k ÷ (k + 1) of the time is left to the mean hour.
    """
    logs = f.engagement.timelogs
    hours = np.array([log.hours for log in logs], dtype=np.float64)
    total = float(hours.sum())
    if total <= 0 or total < BASIS_SHARE * f.hours:
        return None
    days = f.history.axis.positions([log.spent_at for log in logs]) - HALF_A_DAY
    left = float(np.clip((f.end - days) / f.duration, 0.0, 1.0) @ hours) / total
    return left / (1 - left) if 0 < left < 1 else None


def _plan_ratio(f: Finished, calendar: WorkCalendar) -> float | None:
    """Actual ÷ planned duration, where the SOW has both dates."""
    facts = f.engagement.facts
    if facts.start is None or facts.end is None:
        return None
    planned = calendar.working_days_between(calendar.next_working_day(facts.start), facts.end) + 1
    return f.duration / (planned * f.history.axis.scale) if planned > 0 else None


def _date_slips(f: Finished) -> Iterable[tuple[float, float]]:
    """What became of the last open date, asked at shares of the engagement's time; only dates whose moves are known tell."""
    axis, start = f.history.axis, f.history.start or 0.0
    moved = [m for m in f.engagement.milestones if m.due_history]
    for share in DATES_ASKED_AT:
        at = start + round(share * f.duration)
        cut = end_of_day(axis.day(at), axis.calendar.zone)
        dues = [due_date_at(m, cut) for m in moved if m.closed_at is None or m.closed_at >= cut]
        left = max((axis.position(due) for due in dues if due), default=at) - at
        if left >= 1 and f.end - at >= 1:
            gone = at - start
            yield gone / (gone + left), math.log((f.end - at) / left)


def due_date_at(milestone: Milestone, cut: datetime) -> date | None:
    """The due date that stood just before an instant."""
    later = [change for change in sorted(milestone.due_history, key=lambda c: c.at) if change.at >= cut]
    return later[0].previous if later else milestone.due_date


def _by_customer(done: Sequence[Finished]) -> dict[str, tuple[float, int]]:
    days: dict[str, list[float]] = defaultdict(list)
    for f in sorted(done, key=lambda f: f.end):
        if f.engagement.facts.customer:
            days[f.engagement.facts.customer].append(f.duration)
    return {
        name: (float(np.exp(np.mean(np.log(found[-8:])))), min(len(found), 8)) for name, found in sorted(days.items())
    }


def _closed_share(done: Sequence[Finished], prior: float) -> float:
    """Median share of the scope that was closed at the end, shrunk."""
    states = [f.history.state(f.end) for f in done]
    shares = [s.earned_closed / s.total for s in states if s.total > 0]
    return (
        (len(shares) * float(np.median(shares)) + PRIOR_WEIGHT * prior) / (len(shares) + PRIOR_WEIGHT)
        if shares
        else prior
    )


def _late_share(f: Finished) -> float:
    return f.history.state(f.end).arrived


def _booking_yield(done: Sequence[Finished], prior: float) -> float:
    """Median share of the booked hours that were worked, shrunk; each engagement's within limits."""
    shares = (worked_of_booked(f.engagement.bookings, f.history, f.history.axis.day(f.end)) for f in done)
    return shrunk([math.log(float(np.clip(s, *YIELD_WITHIN))) for s in shares if s is not None], prior)


def _learn_lags(done: Sequence[Finished], calendar: WorkCalendar, base: Lags) -> Lags:
    """Working days from the end of a milestone's work to its sign-off request, and from there to the answer."""
    sent = [(f, m, m.sign_off_sent) for f in done for m in f.engagement.facts.milestones if m.sign_off_sent]
    worked = [(_work_end(f, m.milestone, calendar), at) for f, m, at in sent]
    answered = [(at, m.sign_off_received) for _, m, at in sent]
    return replace(
        base,
        to_send=shrunk(_log_waits(worked, calendar), base.to_send),
        to_answer=shrunk(_log_waits(answered, calendar), base.to_answer),
    )


def _work_end(f: Finished, title: str, calendar: WorkCalendar) -> date | None:
    """The day on which the last item of a milestone was closed."""
    known = set(f.history.refs)
    closings = [i.closed_at for i in f.engagement.items if i.milestone == title and i.ref in known]
    found = [at for at in closings if at is not None]
    return calendar.local_day(max(found)) if found and len(found) == len(closings) else None


def _log_waits(pairs: Iterable[tuple[date | None, date | None]], calendar: WorkCalendar) -> list[float]:
    """ln(working days) of each wait, a day at least; one that ends before it begins is none."""
    return [
        math.log(max(calendar.working_days_between(first, last), 1))
        for first, last in pairs
        if first and last and first <= last
    ]


def _calibrate(ref: Reference, done: Sequence[Finished]) -> Reference:
    """Ranges widened or narrowed by how far replays of the finished engagements fell from their forecasts."""
    dates: list[float] = []
    efforts: list[float] = []
    for f in done:
        for share in REPLAY_AT:
            _replay(f, share, ref, dates, efforts)
    return replace(ref, spread=_factor(dates), effort_spread=_factor(efforts))


def _replay(f: Finished, share: float, ref: Reference, dates: list[float], efforts: list[float]) -> None:
    """Adds the scores of one replay: how many of its own standard deviations the truth lay away."""
    start = f.history.start or 0.0
    state = f.history.state(start + round(share * f.duration))
    left = start + f.duration - state.at
    if left < 1 or state.total <= 0:
        return
    prior = combine_priors(f.hours or None, None, None, ref)
    effort = estimate_effort(state, None, f.history.basis, ref)
    ahead = remaining_time(state, prior, ref, rest=effort.rest if effort else None)
    gap = math.log(left / ahead.median)
    dates.append(gap / (ahead.low_sd if gap < 0 else ahead.high_sd))
    if effort is not None and f.hours > 0:
        efforts.append((f.hours / effort.total - 1) / effort.sd)


def _factor(scores: Sequence[float]) -> float:
    """Root mean square of the scores (each at most FARTHEST_SCORE), the built-in ranges counting as SPREAD_WEIGHT replays."""
    squares = [min(abs(s), FARTHEST_SCORE) ** 2 for s in scores]
    return math.sqrt((sum(squares) + SPREAD_WEIGHT) / (len(squares) + SPREAD_WEIGHT))
