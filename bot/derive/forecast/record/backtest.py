"""The portfolio's own past, replayed: how good would the forecasts have been? Nothing later than the replayed day is used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from bot.config import Settings
from bot.derive.forecast.engagement import forecast_engagement
from bot.derive.forecast.finish import LEVELS
from bot.derive.forecast.learn import REPLAY_AT, Finished, find_finished, learn_by_day, learn_from
from bot.derive.forecast.record.scores import Asked, ForecastRecord, Score, ScoreGroup, kept_dates, make_record, vars_of
from bot.derive.forecast.reference import Reference, learned_note
from bot.derive.forecast_results import Q
from bot.derive.judgement_results import Judgement, JudgementScore
from bot.derive.money.acceptance import derive_acceptance
from bot.derive.results import EngagementDerived, Forecast, Quantiles, QuarterRevenue
from bot.derive.schedule.earned_schedule import derive_schedule
from bot.derive.scope.baseline import derive_scope
from bot.derive.scope.progress import derive_phase, derive_progress
from bot.derive.subject import Subject, evolve
from bot.domain.calendar import ONE_DAY, Period, WorkCalendar, month_of
from bot.domain.frozen import frozen
from bot.domain.model import EMPTY, Engagement, Item, Portfolio, as_of
from bot.domain.vocabulary import ForecastBasis, ItemState

QUARTERS_BACK = 8
MID_QUARTER_DAYS = 42


@frozen
class Case:
    """One replayed forecast against the truth. Errors are relative: of dates to the duration, of hours to the actual."""

    ref: str
    share: float
    as_of: date
    basis: ForecastBasis
    finish: Quantiles[date]
    finished: date
    finish_error: float | None
    finish_pinball: float | None
    effort: Quantiles[float]
    hours: float | None
    effort_error: float | None
    revenue_quarter: str | None
    revenue_forecast: float | None
    revenue_actual: float | None
    on_time: float | None = None
    """The chance to be done by the agreed end."""
    was_on_time: bool | None = None


@frozen
class QuarterCase:
    """The whole portfolio's revenue of one past quarter, as forecast at its start or in its middle."""

    quarter: str
    asked: str
    as_of: date
    forecast: float
    actual: float
    error: float | None


@frozen
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


@frozen
class BacktestReport:
    """What `psbot backtest` tells; `reference` are the parameters that today's forecasts learned from the same history."""

    cases: tuple[Case, ...]
    quarters: tuple[QuarterCase, ...]
    summaries: tuple[Summary, ...]
    quarters_within: Mapping[str, float | None]
    """Share of past quarters forecast within 5 %, by when it was asked (start, middle)."""
    reference: Reference
    record: ForecastRecord
    """Errors and bias by quarter and month, of the portfolio, by PM and region; promises kept; chances in classes."""
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
            "record": vars_of(self.record) | {"trust": str(self.record.trust)},
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


def run_backtest(
    portfolio: Portfolio, calendar: WorkCalendar, settings: Settings, *, day: date, seed: int = 1, trials: int = 2_000
) -> BacktestReport:
    """Replays every engagement finished by `day` at 25, 50 and 75 % of its time, and the last quarters as a whole."""
    replay = Replay(as_of(portfolio, day, calendar.zone), day, calendar, settings, seed, trials)
    cases = tuple(c for f in replay.done for c in _replays(f, replay))
    scores = tuple(_scores(replay))
    quarters = tuple(_quarter_case(s, replay) for s in scores if s.is_of_all_in_a_quarter)
    reference = learn_from(replay.done, calendar)
    record = _record(scores, cases)
    notes = (
        (str(record.trust), learned_note(reference))
        if replay.done
        else ("No engagement is finished: there is nothing to replay.",)
    )
    return BacktestReport(
        cases=cases,
        quarters=quarters,
        summaries=tuple(_summary(share, [c for c in cases if c.share == share]) for share in REPLAY_AT)
        if cases
        else (),
        quarters_within={
            asked: _mean(
                [
                    abs(q.error) <= settings.finance.tolerance
                    for q in quarters
                    if q.asked == asked and q.error is not None
                ]
            )
            for asked in ("start", "middle")
        },
        reference=reference,
        record=record,
        notes=notes,
    )


def _record(scores: Sequence[Score], cases: Sequence[Case]) -> ForecastRecord:
    promises = [
        (c.finished <= c.finish.p50, c.finished <= c.finish.p80)
        for c in cases
        if isinstance(c.finish.p50, date) and isinstance(c.finish.p80, date)
    ]
    chances = ((c.on_time, c.was_on_time) for c in cases if c.on_time is not None and c.was_on_time is not None)
    return make_record(scores, kept_dates(promises), chances)


class Replay:
    """The portfolio's past, asked again: what the published forecast would have said on a day, by what was known then."""

    def __init__(
        self, now: Portfolio, day: date, calendar: WorkCalendar, settings: Settings, seed: int, trials: int
    ) -> None:
        self.now, self.day, self.calendar, self.settings = now, day, calendar, settings
        self.done = find_finished(now, calendar, settings)
        self._seed, self._trials = seed, trials
        self._learned = learn_by_day(now, calendar, settings)
        self._asked: dict[date, Mapping[str, Forecast]] = {}

    def forecasts(self, day: date) -> Mapping[str, Forecast]:
        """Every engagement's forecast as of a day."""
        if day not in self._asked:
            known = as_of(self.now, day, self.calendar.zone)
            then = known if day >= self.day else _reopened_all(known, self.done, self.calendar, day)
            elsewhere = {item.ref: item for e in then.engagements for item in e.items}
            self._asked[day] = {e.ref: self.forecast(e, day, elsewhere) for e in then.engagements}
        return self._asked[day]

    def forecast(self, engagement: Engagement, day: date, elsewhere: Mapping[str, Item] = EMPTY) -> Forecast:
        """One engagement's, in the stages that its forecast rests on."""
        subject = Subject(
            engagement, day, self.calendar, self.settings, EngagementDerived(engagement.ref), elsewhere=elsewhere
        )
        found = evolve(subject.derived, phase=derive_phase(subject), progress=derive_progress(subject))
        subject = subject.advance(found)
        subject = subject.advance(evolve(found, scope=derive_scope(subject)))
        schedule, acceptance = derive_schedule(subject), derive_acceptance(subject)
        subject = subject.advance(evolve(subject.derived, schedule=schedule, acceptance=acceptance))
        return forecast_engagement(
            subject, self._learned(day), seed=self._seed, trials=self._trials, earlier=self._learned
        ).forecast


def _replays(f: Finished, replay: Replay) -> Iterable[Case]:
    """The forecasts of one finished engagement, each with what was finished before its day."""
    axis, start = f.history.axis, f.history.start or 0.0
    truth = replay.forecast(f.engagement, axis.day(f.end))
    for share in REPLAY_AT:
        day = axis.day(start + round(share * f.duration))
        yield _case(
            f, share, day, replay.forecast(reopened(f.engagement, day, replay.calendar), day), truth, replay.calendar
        )


def reopened(engagement: Engagement, day: date, calendar: WorkCalendar) -> Engagement:
    """A finished engagement as it stood on `day`, also where its root was made later or GitLab hides when it was closed.

    Bookings and dates of milestones whose day is not known are left out: today's would tell the future.
    """
    known = replace(_undated(engagement), created_at=None)
    past = as_of(Portfolio((known,)), day, calendar.zone).engagements[0]
    return replace(past, state=ItemState.OPENED, closed_at=None)


def _undated(engagement: Engagement) -> Engagement:
    """Without bookings of which nobody knows since when, and without those dates of milestones whose history is unknown."""
    milestones = (m if m.due_history else replace(m, due_date=None) for m in engagement.milestones)
    return replace(
        engagement,
        bookings=tuple(b for b in engagement.bookings if b.known is not None),
        milestones=tuple(milestones),
    )


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
        on_time=found.on_time_probability,
        was_on_time=None if truth.on_time_probability is None else truth.on_time_probability >= 0.5,
    )


def _levels(q: Quantiles[Q]) -> tuple[Q | None, ...]:
    return q.p10, q.p50, q.p80, q.p95


def _pinball(found: Sequence[float], truth: float, scale: float) -> float | None:
    """Mean quantile loss of P10, P50, P80, P95 ÷ scale: punishes error and false or useless certainty alike."""
    if len(found) != len(LEVELS):
        return None
    gaps = truth - np.array(found)
    levels = np.array(LEVELS)
    return round(float(np.maximum(levels * gaps, (levels - 1) * gaps).mean()) / scale, 4)


def _scores(replay: Replay) -> Iterable[Score]:
    """Past quarters and their months, asked at their start, quarters in their middle too: all engagements, PMs, regions."""
    for quarter in _past_quarters(replay.now, replay.calendar, replay.day):
        yield from _period_scores(quarter, Asked.START, quarter.first - ONE_DAY, replay)
        yield from _period_scores(quarter, Asked.MIDDLE, quarter.first + timedelta(days=MID_QUARTER_DAYS), replay)
        month = month_of(quarter.first)
        while month.first <= quarter.last:
            if month.last <= quarter.last:
                yield from _period_scores(month, Asked.START, month.first - ONE_DAY, replay)
            month = month_of(month.last + ONE_DAY)


def _period_scores(period: Period, asked: Asked, day: date, replay: Replay) -> Iterable[Score]:
    """Scores of one period, by group; the truth is what was earned, as told at its end."""
    said, true = (_money(replay.forecasts(at), period.name) for at in (day, period.last))
    facts = {e.ref: e.facts for e in replay.now.engagements}
    sums: dict[tuple[ScoreGroup, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for ref in sorted({*said, *true}):
        forecast = said[ref].forecast if ref in said else 0.0
        actual = true[ref].actual if ref in true else 0.0
        of = facts[ref]
        groups = [(ScoreGroup.PORTFOLIO, ""), (ScoreGroup.PM, of.pm or ""), (ScoreGroup.REGION, of.region or "")]
        for key in [*groups, *([(ScoreGroup.ENGAGEMENT, ref)] if ref in said else [])]:
            sums[key][0] += forecast
            sums[key][1] += actual
    new = round(sum(money.actual for ref, money in true.items() if ref not in said), 2)
    for (kind, name), (forecast, actual) in sums.items():
        error = round((actual - forecast) / forecast, 4) if forecast else None
        within = None if error is None else abs(error) <= replay.settings.finance.tolerance
        late = new if kind == ScoreGroup.PORTFOLIO else 0.0
        yield Score(period.name, kind, name, round(forecast, 2), round(actual, 2), error, within, True, late, asked)


def _money(forecasts: Mapping[str, Forecast], period: str) -> dict[str, QuarterRevenue]:
    """Revenue of a quarter or month by engagement."""
    found = ((ref, f.revenue.get(period) or f.revenue_by_month.get(period)) for ref, f in forecasts.items())
    return {ref: money for ref, money in found if money is not None}


def _quarter_case(s: Score, replay: Replay) -> QuarterCase:
    """The whole portfolio's; its error is relative to what came."""
    quarter = replay.calendar.quarter_named(s.quarter)
    middle = s.asked == Asked.MIDDLE
    at = quarter.first + timedelta(days=MID_QUARTER_DAYS) if middle else quarter.first - ONE_DAY
    error = round((s.committed - s.came) / s.came, 4) if s.came else None
    return QuarterCase(s.quarter, s.asked, at, s.committed, s.came, error)


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
    found = (replace(e, state=ItemState.OPENED, closed_at=None) if e.ref in later else e for e in bare)
    return replace(known, engagements=tuple(found))


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


def _between(q: Quantiles[Q], truth: Q) -> bool:
    return q.p10 is not None and q.p95 is not None and q.p10 <= truth <= q.p95


def _mean(values: Sequence[float | bool]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _median(values: Sequence[float]) -> float | None:
    return round(float(np.median(values)), 4) if values else None
