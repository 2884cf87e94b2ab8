"""The forecast of one engagement: everything put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

import numpy as np

from bot.derive.forecast.capacity import soft_money
from bot.derive.forecast.constants import TAIL_SCORE
from bot.derive.forecast.effort import Effort, scope_to_come
from bot.derive.forecast.finish import SCORES
from bot.derive.forecast.history import DAYS_PER_WEEK
from bot.derive.forecast.milestones import Landing, chance_by, find_amounts, forecast_landing
from bot.derive.forecast.reference import BEST_WEEKS, MIN_WEEKS, Reference
from bot.derive.forecast.revenue import Outlook, QuarterTrials, make_spans, month_trials, quarter_trials
from bot.derive.forecast.situation import Situation, assess, class_of, effort_of, first_day
from bot.derive.forecast.trials import draw_scores, make_ahead
from bot.derive.results import Forecast, Quantiles, QuarterRevenue, Reason
from bot.derive.scope.progress import last_close
from bot.derive.subject import Subject
from bot.domain.calendar import ONE_DAY, Period, month_of
from bot.domain.messages import Percent, Phrase, Value, days, hours
from bot.domain.model import EMPTY
from bot.domain.vocabulary import Phase, Recognition

MAX_QUARTERS_AHEAD = 8
LONGEST_REST = timedelta(days=366)
"""Where no start is agreed, what lies further back than this from all later work belongs to something else."""
MAX_DAYS = 5200.0
"""Working days (20 years) beyond which a finish date says nothing more."""


PRIOR_WORDS = {
    "dates": Phrase("the dates of the open work"),
    "plan": Phrase("the SOW's dates"),
    "bookings": Phrase("the bookings"),
    "hours": Phrase("how long work of this size took elsewhere"),
    "typical": Phrase("how long engagements take here"),
}


@dataclass(frozen=True)
class EngagementForecast:
    """What is told, and the trials behind the revenue by quarter and by month, from which portfolio ranges are made."""

    forecast: Forecast
    trials: Mapping[str, QuarterTrials] = field(default_factory=lambda: EMPTY)
    months: Mapping[str, QuarterTrials] = field(default_factory=lambda: EMPTY)


def forecast_engagement(
    subject: Subject,
    reference: Reference,
    *,
    seed: int = 1,
    trials: int = 10_000,
    earlier: Callable[[date], Reference] | None = None,
) -> EngagementForecast:
    """Finish, effort and revenue of one engagement as of `subject.day`; the same input, seed and trials give the same.

    `earlier` tells what finished work had taught by a past day (`learn_by_day`): it holds for the catch-up of past quarters.
    Ranges of `finish` and `effort_hours` come from the fitted distributions themselves, revenue from `trials` draws of them (0: none, as of a past day, of which nobody asks reasons either).
    """
    situation = assess(subject, reference)
    finish = _finish(situation)
    quarters: dict[str, QuarterTrials] = {}
    months: dict[str, QuarterTrials] = {}
    if trials:
        quarters, months = _revenue_trials(situation, finish, seed, trials, earlier or (lambda _: reference))
    forecast = Forecast(
        finish=finish,
        on_time_probability=_on_time(situation, finish),
        effort_hours=_hours(situation, situation.effort),
        effort_hours_fixed_scope=_hours(situation, situation.fixed_scope),
        milestones=tuple(
            forecast_landing(g, situation.remaining, reference, situation.now + situation.delay, situation.history)
            for g in situation.landings
        ),
        basis=situation.basis,
        history_weeks=_history_weeks(situation),
        revenue={name: _summary(q, subject) for name, q in quarters.items()},
        revenue_by_month={name: _summary(m, subject) for name, m in months.items()},
    )
    if trials:
        forecast = replace(forecast, reasons=explain(situation, forecast))
    return EngagementForecast(forecast, quarters, months)


def _history_weeks(s: Situation) -> int:
    """Full weeks since the start, until the end where it is over."""
    if s.phase != Phase.COMPLETE or s.history.last_close is None or s.history.start is None:
        return s.state.weeks
    return min(s.state.weeks, int(max(s.history.last_close - s.history.start, 0.0) // DAYS_PER_WEEK))


def _finish(s: Situation) -> Quantiles[date]:
    if s.phase == Phase.COMPLETE:
        day = last_close(s.subject)
        return Quantiles(day, day, day, day)
    if s.remaining is None:
        return Quantiles()
    scores = np.array(SCORES)
    days = np.maximum(s.remaining.at(scores), s.floor)
    for landing in _waiting(s):
        found = landing.days(s.remaining, scores, s.ref)
        days = days if found is None else np.maximum(days, found)
    days = np.minimum(days, MAX_DAYS)
    return Quantiles(*(max(s.history.axis.day(s.now + s.delay + float(d)), s.subject.day) for d in days))


def _hours(s: Situation, effort: Effort | None) -> Quantiles[float]:
    if effort is None:
        return Quantiles()
    return Quantiles(*(round(float(h), 2) for h in effort.at(np.array(SCORES))))


def _on_time(s: Situation, finish: Quantiles[date]) -> float | None:
    """Chance to finish by the deadline; of a complete engagement whether it did."""
    end = s.end
    if end is None or finish.p50 is None:
        return None
    if s.phase == Phase.COMPLETE:
        return float(finish.p50 <= end)
    days = s.history.axis.position(end) - s.now - s.delay
    if s.remaining is None or days < s.floor:
        return 0.0
    chances = [chance_by(landing, days, s.remaining, s.ref) for landing in _waiting(s)]
    return min(round(s.remaining.chance_within(days), 3), *(c for c in chances if c is not None), 1.0)


def _waiting(s: Situation) -> list[Landing]:
    """Milestones for which no item stands yet: their work is still to come, so the engagement does not end before them."""
    return [landing for landing in s.landings if landing.waits_for_its_date]


def _revenue_trials(
    s: Situation, finish: Quantiles[date], seed: int, trials: int, earlier: Callable[[date], Reference]
) -> tuple[dict[str, QuarterTrials], dict[str, QuarterTrials]]:
    """Revenue by quarter and by month, from the same trials."""
    if not s.terms.known or not s.terms.recognition:
        return {}, {}
    periods = _periods(s, finish)
    scores = draw_scores(s.subject.engagement.ref, seed, trials)
    ahead = None
    if s.remaining is not None:
        ahead = make_ahead(
            s.remaining,
            s.effort,
            s.state,
            scores,
            s.capacity,
            floor=s.floor,
            delay=s.delay,
            exponent=s.ref.spend_exponent,
            pace_factor=s.subject.engagement.what_if.pace_factor,
        )
    subject = s.subject
    ends = max(finish.p50, subject.day) if isinstance(finish.p50, date) else subject.day
    outlook = Outlook(
        terms=s.terms,
        history=s.history,
        now=s.now,
        ahead=ahead,
        eac=s.effort.total if s.effort else None,
        eac_at=cache(lambda at: _eac_at(s, at, earlier)),
        amounts=find_amounts(s, (scores.time, scores.own)),
        finished_at=_finished_at(s, finish),
        soft_money={}
        if s.phase == Phase.COMPLETE
        else soft_money(
            subject.engagement.bookings, (*periods, *_months(subject)), s.terms.rate, subject.day, subject.calendar
        ),
        upside_in=frozenset({subject.calendar.fiscal_quarter(ends).name, f"{ends:%Y-%m}"}),
    )
    spans = [make_spans(found, s.history) for found in (periods, _months(subject))]
    quarters, months = quarter_trials(outlook, spans[0]), month_trials(outlook, spans[1], spans[0])
    untold = s.remaining is None or _hours_unknown(s)
    if untold and s.phase != Phase.COMPLETE and not any(q.actual for q in quarters.values()):
        return {}, {}
    return quarters, months


def _hours_unknown(s: Situation) -> bool:
    """Whether revenue follows hours of which nothing is known: neither sold nor estimated, booked or worked lately."""
    by_hours = s.terms.recognition in (Recognition.AS_DELIVERED, Recognition.PERCENT_COMPLETE)
    return by_hours and s.effort is None and not s.capacity.is_known


def _finished_at(s: Situation, finish: Quantiles[date]) -> float | None:
    return s.history.axis.position(finish.p50) if s.phase == Phase.COMPLETE and isinstance(finish.p50, date) else None


def _eac_at(s: Situation, at: float, earlier: Callable[[date], Reference]) -> float | None:
    """Hours at completion as they were forecast at an earlier position, by what was learned until then."""
    if at >= s.now:
        return s.effort.total if s.effort else None
    state, ref = s.history.state(at), class_of(s.subject, earlier(s.history.axis.day(at)))
    sold = s.terms.hours_at(at)
    growth = scope_to_come(state, ref, sold, s.history.basis)
    then = effort_of(state, sold, s.history, ref, growth, Phase.ACTIVE)
    return then.total if then else None


def _periods(s: Situation, finish: Quantiles[date]) -> list[Period]:
    """The fiscal quarters from the first day of work to the forecast finish, at least the running and the next one."""
    calendar, day = s.subject.calendar, s.subject.day
    first = _first_earned(s)
    current = calendar.fiscal_quarter(day)
    following = calendar.fiscal_quarter(current.last + ONE_DAY)
    limit = date.fromordinal(current.last.toordinal() + 91 * MAX_QUARTERS_AHEAD)
    last = min(_tail(s, finish.p95), limit) if isinstance(finish.p95, date) else following.last
    return calendar.quarters(first, max(last, following.last))


def _first_earned(s: Situation) -> date:
    """The day from which revenue is told: the start, or work before it that runs into it.

    A day far off is a typing error, which opens no quarters of its own (rule hours-before-start): before the SOW's start no
    quarter may be empty; where no start is known, work may have rested for a year.
    """
    calendar, day, agreed = s.subject.calendar, s.subject.day, s.subject.engagement.facts.start
    start = first_day(s.subject, s.history) if agreed else None
    first = min(s.history.axis.day(start + 1.0), day) if start is not None else day
    local = calendar.local_day
    closings = [] if agreed else [local(i.closed_at) for i in s.subject.work if i.closed_at]
    for earned in sorted([*_earned_days(s), *closings], reverse=True):
        gap = timedelta(0) if agreed else LONGEST_REST
        before = calendar.fiscal_quarter(calendar.fiscal_quarter(first).first - ONE_DAY)
        if earned < before.first - gap:
            break
        first = min(first, earned)
    return first


def _earned_days(s: Situation) -> list[date]:
    """Days on which something may have been earned, also before the SOW's start."""
    logged = [log.spent_at for log in s.subject.engagement.timelogs]
    return [*logged, *(a.accepted_on for a in s.subject.derived.acceptance if a.accepted_on)]


def _tail(s: Situation, p95: date) -> date:
    """The day by which practically every trial is over: what comes after P95 still belongs to some quarter."""
    if s.remaining is None:
        return p95
    return max(p95, s.history.axis.day(s.now + s.delay + min(float(s.remaining.at(TAIL_SCORE)), MAX_DAYS)))


def _months(subject: Subject) -> list[Period]:
    """The month before that of the day, and those of the running and the next quarter."""
    current = subject.calendar.fiscal_quarter(subject.day)
    following = subject.calendar.fiscal_quarter(current.last + ONE_DAY)
    before = month_of(month_of(subject.day).first - ONE_DAY)
    months = [min(before, month_of(current.first))]
    while months[-1].last < following.last:
        months.append(month_of(months[-1].last + ONE_DAY))
    return months


def _summary(trials: QuarterTrials, subject: Subject) -> QuarterRevenue:
    return trials.summary((subject.engagement.ref,))


def explain(s: Situation, forecast: Forecast) -> tuple[Reason, ...]:
    """Basis, history, scope still to come, what binds, and why revenue can't be told where it can't."""
    evidence = (s.subject.engagement.ref,)
    texts = [*_finish_texts(s), *_effort_texts(s), *_scope_texts(s), *_revenue_texts(s, forecast)]
    return tuple(Reason(text, evidence) for text in texts)


def _finish_texts(s: Situation) -> list[Phrase]:
    if s.phase == Phase.COMPLETE:
        return [Phrase("All work is closed: the finish is the last closing.")]
    if s.remaining is None:
        return [Phrase("Neither a start nor any work is known: no forecast.")]
    if s.state.items and not s.state.open_items:
        return [Phrase("All known work is closed, but a milestone is still open: more may come."), *_learned_text(s)]
    if s.remaining.stalled:
        return [Phrase("Nothing was logged or closed in the last four weeks: the pace is unknown, the range is wide.")]
    return [_basis_text(s), *_learned_text(s), *_binding_texts(s)]


def _basis_text(s: Situation) -> Phrase:
    weeks, own = s.state.weeks, s.remaining.own_weight if s.remaining else 0.0
    rest = PRIOR_WORDS[s.prior.source]
    if s.phase == Phase.NOT_STARTED or own == 0:
        return Phrase("No pace yet: the finish rests on {rest}.", rest=rest)
    values: dict[str, Value] = {"weeks": weeks, "own": Percent(own), "rest": rest, "share": Percent(1 - own)}
    if weeks >= MIN_WEEKS:
        return Phrase("Own pace over {weeks|# week|# weeks} counts {own}, {rest} {share}.", **values)
    return Phrase(
        "Own pace over {weeks|# week|# weeks} counts {own}, {rest} {share}. "
        "Less than {least} weeks of history say little ({best} are best).",
        least=MIN_WEEKS,
        best=BEST_WEEKS,
        **values,
    )


def _learned_text(s: Situation) -> list[Phrase]:
    if not s.ref.finished:
        return [Phrase("No finished engagement to learn from: ranges are those of published project records.")]
    return [
        Phrase(
            "Ranges learned from {n|# finished engagement|# finished engagements} and published project records.",
            n=s.ref.finished,
        )
    ]


def _binding_texts(s: Situation) -> list[Phrase]:
    found = []
    if s.floor > 0 and s.remaining and s.floor > s.remaining.median:
        found.append(Phrase("The critical path alone takes {days|# working day|# working days}.", days=round(s.floor)))
    if s.delay > 0:
        found.append(Phrase("Work begins in {days}.", days=days(round(s.delay))))
    return found


def _effort_texts(s: Situation) -> list[Phrase]:
    if s.effort is None or s.phase == Phase.COMPLETE:
        return []
    if s.effort.assumed:
        return [Phrase("No time is logged: the hours of the work done so far are taken from its estimates.")]
    if any(log.item is None for log in s.subject.engagement.timelogs):
        return [Phrase("Hours that name no item count for closed items first, then for open ones.")]
    return []


def _scope_texts(s: Situation) -> list[Phrase]:
    if s.effort is None or s.fixed_scope is None or s.effort.growth <= 0.005:
        return []
    more = s.effort.total - s.fixed_scope.total
    return [
        Phrase(
            "Scope still to come: {share} of what is known, about {hours}.",
            share=Percent(s.effort.growth),
            hours=hours(more),
        )
    ]


def _revenue_texts(s: Situation, forecast: Forecast) -> list[Phrase]:
    if forecast.revenue or (s.terms.known and s.remaining is None):
        return []
    if s.terms.currency:
        return [
            Phrase(
                "The contract is in {currency}, reports are in {other}: its revenue is left out.",
                currency=s.terms.currency,
                other=s.subject.settings.finance.currency,
            )
        ]
    if s.terms.recognition is None:
        return [Phrase("Neither billing nor recognition is given: revenue can't be known.")]
    if s.terms.known and _hours_unknown(s):
        return [Phrase("No hours are sold, estimated, booked or worked lately: revenue can't be known.")]
    if s.terms.recognition == Recognition.AS_DELIVERED:
        return [Phrase("No rate is given: revenue can't be known.")]
    return [Phrase("No value is given: revenue can't be known.")]
