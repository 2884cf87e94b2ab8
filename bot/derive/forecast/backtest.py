"""The portfolio's own past, replayed: how good would the forecasts have been? Nothing later than the replayed day is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from bot.config import Settings
from bot.derive.forecast.engagement import forecast_engagement
from bot.derive.forecast.finish import LEVELS
from bot.derive.forecast.learn import REPLAY_AT, Finished, find_finished, learn_from
from bot.derive.forecast.reference import Reference
from bot.derive.judgement_results import Judgement, JudgementScore
from bot.derive.results import EngagementDerived, Forecast, Quantiles
from bot.derive.subject import Subject
from bot.domain.calendar import Period, WorkCalendar
from bot.domain.model import EMPTY, Engagement, Portfolio, as_of

LEARN_FROM_LAST = 40
"""Each replay learns from so many engagements that were finished last before its day."""
QUARTERS_BACK = 8
MID_QUARTER_DAYS = 42
LEAST_JUDGED = 15
"""Replayed forecasts below which their share says little."""
WITHIN = 0.05


@dataclass(frozen=True)
class Case:
    """One replayed forecast against the truth. Errors are relative: of dates to the duration, of hours to the actual."""

    ref: str
    share: float
    as_of: date
    basis: str
    finish: Quantiles
    finished: date
    finish_error: float | None
    finish_pinball: float | None
    effort: Quantiles
    hours: float | None
    effort_error: float | None
    revenue_quarter: str | None
    revenue_forecast: float | None
    revenue_actual: float | None


@dataclass(frozen=True)
class QuarterCase:
    """The whole portfolio's revenue of one past quarter, as forecast at its start or in its middle."""

    quarter: str
    asked: str
    as_of: date
    forecast: float
    actual: float
    error: float | None


@dataclass(frozen=True)
class Summary:
    """Accuracy and calibration at one share of the time; None where nothing could be judged."""

    share: float
    cases: int
    finish_median_error: float | None
    finish_pinball: float | None
    finish_in_range: float | None
    """Share of finishes from P10 to P95 (nominal .85)."""
    finish_by_p80: float | None
    effort_median_error: float | None
    effort_in_range: float | None
    revenue_median_error: float | None


@dataclass(frozen=True)
class BacktestReport:
    """What `psbot backtest` tells; `reference` are the parameters that today's forecasts learned from the same history."""

    cases: tuple[Case, ...]
    quarters: tuple[QuarterCase, ...]
    summaries: tuple[Summary, ...]
    quarters_within: Mapping[str, float | None]
    """Share of past quarters forecast within 5 %, by when it was asked (start, middle)."""
    reference: Reference
    notes: tuple[str, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    """People's orders about what is known by now, beside what was computed: of a live portfolio."""
    judged: Mapping[str, JudgementScore] = field(default_factory=lambda: EMPTY)

    @property
    def title(self) -> str:
        return f"Replayed forecasts of {len({c.ref for c in self.cases})} finished engagements"

    @property
    def columns(self) -> tuple[str, ...]:
        return (
            "asked at",
            "cases",
            "finish error",
            "in P10–P95",
            "by P80",
            "effort error",
            "in P10–P95",
            "quarter's revenue error",
        )

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The summaries as text, in the order of `columns`; errors are medians, – where nothing could be judged."""
        return tuple(_row(summary) for summary in self.summaries)

    def to_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "reference": self.reference.to_json(),
            "summaries": [vars_of(s) for s in self.summaries],
            "quarters": [vars_of(q) for q in self.quarters],
            "quarters_within": dict(self.quarters_within),
            "cases": [vars_of(c) for c in self.cases],
            "notes": list(self.notes),
            "judgements": [vars_of(j) for j in self.judgements],
            "judged": {kind: vars_of(score) for kind, score in self.judged.items()},
        }


def judgement_note(kind: str, score: JudgementScore) -> str:
    """`PMs' dates were 6 days better than psbot's in 12 of 19 (psbot's: 3 days, in 5)`."""
    what, unit = {"finish": ("dates", " days"), "revenue": ("revenue", "")}.get(kind, ("colours", ""))
    gain = f"{score.gain:,.0f}{unit} " if score.gain is not None else ""
    loss = f": {score.loss:,.0f}{unit}, in" if score.loss is not None else ":"
    return f"PMs' {what} were {gain}better than psbot's in {score.person} of {score.of} (psbot's{loss} {score.psbot})"


def _row(s: Summary) -> tuple[str, ...]:
    dates = (s.finish_median_error, s.finish_in_range, s.finish_by_p80)
    shares = (*dates, s.effort_median_error, s.effort_in_range, s.revenue_median_error)
    return (f"{s.share:.0%} of the time", str(s.cases), *("–" if v is None else f"{v:.0%}" for v in shares))


def vars_of(value: Any) -> Any:
    """A frozen value as plain JSON values; dates in ISO form."""
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return {name: vars_of(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def run_backtest(
    portfolio: Portfolio, calendar: WorkCalendar, settings: Settings, *, day: date, seed: int = 1, trials: int = 2_000
) -> BacktestReport:
    """Replays every engagement finished by `day` at 25, 50 and 75 % of its time, and the last quarters as a whole."""
    now = as_of(portfolio, day, calendar.zone)
    done = find_finished(now, calendar, settings)
    cases = tuple(c for f in done for c in _replays(f, done, calendar, settings, seed, trials))
    quarters = tuple(_quarter_cases(now, done, calendar, settings, day, seed, trials))
    reference = learn_from(done, calendar)
    notes = (
        (trust_note(cases), learned_note(reference))
        if done
        else ("No engagement is finished: there is nothing to replay.",)
    )
    return BacktestReport(
        cases=cases,
        quarters=quarters,
        summaries=tuple(_summary(share, [c for c in cases if c.share == share]) for share in REPLAY_AT)
        if cases
        else (),
        quarters_within={
            asked: _mean([abs(q.error) <= WITHIN for q in quarters if q.asked == asked and q.error is not None])
            for asked in ("start", "middle")
        },
        reference=reference,
        notes=notes,
    )


def trust_note(cases: Sequence[Case]) -> str:
    """In one sentence how far to trust the forecast: reliability of P50 and P80 with n, and the bias of the finish."""
    judged = [c for c in cases if c.finish_error is not None]
    if not judged:
        return "No finish could be judged: trust the ranges, not the dates."
    ends = [(c.finish.p50, c.finish.p80, c.finished) for c in judged]
    by_p50, by_p80 = (
        sum(isinstance(q, date) and end <= q for q, end in found) / len(judged)
        for found in ([(p50, end) for p50, _, end in ends], [(p80, end) for _, p80, end in ends])
    )
    bias = float(np.mean([c.finish_error or 0.0 for c in judged]))
    verdict = "promise P80" if by_p80 >= 0.7 else "promise later than P80: it holds too seldom here"
    if len(judged) < LEAST_JUDGED:
        verdict = f"too few to tell, published records held in 77%: {verdict}"
    side = "late" if bias > 0 else "early"
    return (
        f"Of {len(judged)} replayed forecasts {by_p50:.0%} were done by P50 and {by_p80:.0%} by P80 "
        f"(50% and 80% promised), on average {abs(bias):.0%} of the duration too {side}: {verdict}."
    )


def learned_note(ref: Reference) -> str:
    """What today's forecasts learned from the finished engagements, each value beside the built-in one."""
    base = Reference()
    pairs = (
        ("actual ÷ estimated hours", ref.ratio, base.ratio),
        ("actual ÷ planned duration", ref.plan_ratio, base.plan_ratio),
        ("share of the scope closed at the end", ref.closed_share, base.closed_share),
        ("hours worked ÷ hard-booked", ref.booking_yield, base.booking_yield),
        ("working days until a sign-off is sent", ref.lags.to_send, base.lags.to_send),
        ("and answered", ref.lags.to_answer, base.lags.to_answer),
        ("factor on finish ranges", ref.spread, base.spread),
        ("on effort ranges", ref.effort_spread, base.effort_spread),
    )
    learned = ", ".join(f"{name} {value:.2f} ({built_in:.2f})" for name, value, built_in in pairs)
    count = "1 finished engagement" if ref.finished == 1 else f"{ref.finished} finished engagements"
    return f"Learned from {count} (built-in values in brackets): {learned}."


def _replays(
    f: Finished, done: Sequence[Finished], calendar: WorkCalendar, settings: Settings, seed: int, trials: int
) -> Iterable[Case]:
    """The forecasts of one finished engagement, each with what was finished before its day."""
    axis, start, end = f.history.axis, f.history.start or 0.0, f.end
    truth = _forecast(f.engagement, axis.day(end), calendar, settings, learn_from([], calendar), seed, trials)
    for share in REPLAY_AT:
        at = start + round(share * f.duration)
        day = axis.day(at)
        reference = _learned_before(at, done, calendar)
        found = _forecast(reopened(f.engagement, day, calendar), day, calendar, settings, reference, seed, trials)
        yield _case(f, share, day, found, truth, calendar)


def reopened(engagement: Engagement, day: date, calendar: WorkCalendar) -> Engagement:
    """A finished engagement as it stood on `day`, also where its root was made later or GitLab hides when it was closed.

    Bookings and dates of milestones whose day is not known are left out: today's would tell the future.
    """
    known = replace(_undated(engagement), created_at=None)
    past = as_of(Portfolio((known,)), day, calendar.zone).engagements[0]
    return replace(past, state="opened", closed_at=None)


def _undated(engagement: Engagement) -> Engagement:
    """Without bookings of which nobody knows since when, and without those dates of milestones whose history is unknown."""
    milestones = (m if m.due_history else replace(m, due_date=None) for m in engagement.milestones)
    return replace(
        engagement,
        bookings=tuple(b for b in engagement.bookings if b.known is not None),
        milestones=tuple(milestones),
    )


def _learned_before(at: float, done: Sequence[Finished], calendar: WorkCalendar) -> Reference:
    before = sorted((f for f in done if f.end < at), key=lambda f: (f.end, f.engagement.ref))
    return learn_from(before[-LEARN_FROM_LAST:], calendar)


def _forecast(
    engagement: Engagement,
    day: date,
    calendar: WorkCalendar,
    settings: Settings,
    ref: Reference,
    seed: int,
    trials: int,
) -> Forecast:
    subject = Subject(engagement, day, calendar, settings, EngagementDerived(engagement.ref))
    return forecast_engagement(subject, ref, seed=seed, trials=trials).forecast


def _case(f: Finished, share: float, day: date, found: Forecast, truth: Forecast, calendar: WorkCalendar) -> Case:
    axis = f.history.axis
    finished = axis.day(f.end)
    quarter = calendar.fiscal_quarter(day).name
    forecast, actual = found.revenue.get(quarter), truth.revenue.get(quarter)
    ends = [axis.position(d) if isinstance(d, date) else None for d in _levels(found.finish)]
    true_end = axis.position(finished)
    middle, hours = ends[1], found.effort_hours.p50
    return Case(
        ref=f.engagement.ref,
        share=share,
        as_of=day,
        basis=found.basis,
        finish=found.finish,
        finished=finished,
        finish_error=None if middle is None else round((middle - true_end) / f.duration, 4),
        finish_pinball=_pinball([e for e in ends if e is not None], true_end, f.duration),
        effort=found.effort_hours,
        hours=round(f.hours, 2) or None,
        effort_error=round(hours / f.hours - 1, 4) if isinstance(hours, float) and f.hours else None,
        revenue_quarter=quarter if forecast and actual else None,
        revenue_forecast=forecast.forecast if forecast else None,
        revenue_actual=actual.actual if actual else None,
    )


def _levels(q: Quantiles) -> tuple[date | float | None, ...]:
    return q.p10, q.p50, q.p80, q.p95


def _pinball(found: Sequence[float], truth: float, scale: float) -> float | None:
    """Mean quantile loss of P10, P50, P80, P95 ÷ scale: punishes error and false or useless certainty alike."""
    if len(found) != len(LEVELS):
        return None
    gaps = truth - np.array(found)
    levels = np.array(LEVELS)
    return round(float(np.maximum(levels * gaps, (levels - 1) * gaps).mean()) / scale, 4)


def _quarter_cases(
    now: Portfolio,
    done: Sequence[Finished],
    calendar: WorkCalendar,
    settings: Settings,
    day: date,
    seed: int,
    trials: int,
) -> Iterable[QuarterCase]:
    """Past quarters of the whole portfolio that have begun to be worked in, asked at their start and in their middle."""
    for quarter in _past_quarters(now, calendar, day):
        actual = _portfolio_money(now, day, quarter.name, "actual", done, calendar, settings, seed, trials)
        for asked, at in (
            ("start", quarter.first - timedelta(days=1)),
            ("middle", quarter.first + timedelta(days=MID_QUARTER_DAYS)),
        ):
            known = _reopened_all(as_of(now, at, calendar.zone), done, calendar, at)
            forecast = _portfolio_money(known, at, quarter.name, "forecast", done, calendar, settings, seed, trials)
            error = round((forecast - actual) / actual, 4) if actual else None
            yield QuarterCase(quarter.name, asked, at, round(forecast, 2), round(actual, 2), error)


def _past_quarters(now: Portfolio, calendar: WorkCalendar, day: date) -> list[Period]:
    logs = [log.spent_at for e in now.engagements for log in e.timelogs]
    if not logs:
        return []
    over = [q for q in calendar.quarters(min(logs), day) if q.last <= day and q.first > min(logs)]
    return over[-QUARTERS_BACK:]


def _reopened_all(known: Portfolio, done: Sequence[Finished], calendar: WorkCalendar, day: date) -> Portfolio:
    """Engagements that were finished later than `day` are open again; what nobody knows is left out, as in `reopened`."""
    later = {f.engagement.ref for f in done if f.history.axis.day(f.end) > day}
    bare = map(_undated, known.engagements)
    found = (replace(e, state="opened", closed_at=None) if e.ref in later else e for e in bare)
    return replace(known, engagements=tuple(found))


def _portfolio_money(
    known: Portfolio, day: date, quarter: str, field: str, done: Sequence[Finished], calendar: WorkCalendar,
    settings: Settings, seed: int, trials: int,
) -> float:  # fmt: skip
    axis_day = done[0].history.axis.position(day) if done else 0.0
    reference = _learned_before(axis_day, done, calendar)
    forecasts = (_forecast(e, day, calendar, settings, reference, seed, trials) for e in known.engagements)
    return float(sum(getattr(f.revenue[quarter], field) for f in forecasts if quarter in f.revenue))


def _summary(share: float, cases: Sequence[Case]) -> Summary:
    judged = [c for c in cases if c.finish.p10 is not None]
    costed = [c for c in cases if c.hours and c.effort.p10 is not None]
    money = [c for c in cases if c.revenue_quarter and c.revenue_actual]
    return Summary(
        share=share,
        cases=len(cases),
        finish_median_error=_median([abs(c.finish_error) for c in judged if c.finish_error is not None]),
        finish_pinball=_mean([c.finish_pinball for c in judged if c.finish_pinball is not None]),
        finish_in_range=_mean([_between(c.finish, c.finished) for c in judged]),
        finish_by_p80=_mean([isinstance(c.finish.p80, date) and c.finished <= c.finish.p80 for c in judged]),
        effort_median_error=_median([abs(c.effort_error) for c in costed if c.effort_error is not None]),
        effort_in_range=_mean([_between(c.effort, c.hours or 0.0) for c in costed]),
        revenue_median_error=_median([abs((c.revenue_forecast or 0.0) / (c.revenue_actual or 1.0) - 1) for c in money]),
    )


def _between(q: Quantiles, truth: date | float) -> bool:
    if isinstance(truth, date):
        return isinstance(q.p10, date) and isinstance(q.p95, date) and q.p10 <= truth <= q.p95
    return isinstance(q.p10, float) and isinstance(q.p95, float) and q.p10 <= truth <= q.p95


def _mean(values: Sequence[float | bool]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _median(values: Sequence[float]) -> float | None:
    return round(float(np.median(values)), 4) if values else None
