"""The forecast held against what came: error per quarter, engagement and PM, calibration, and why it changed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date

from bot.config import Settings
from bot.derive.forecast.record.commitments import (
    Commitment,
    EngagementCommitment,
    commitment,
    opening_commitment,
    read_commitments,
)
from bot.derive.forecast.record.scores import (
    IN_RANGE,
    Calibration,
    ForecastRecord,
    Score,
    ScoreGroup,
    kept_dates,
    make_record,
)
from bot.derive.forecast.record.waterfall import find_drivers
from bot.derive.results import Derived, Driver, Forecast, QuarterRevenue, Waterfall
from bot.domain.calendar import Period, WorkCalendar, month_named
from bot.domain.frozen import frozen
from bot.domain.messages import Phrase
from bot.domain.model import EMPTY, Facts, PastReport
from bot.domain.vocabulary import Audience, Phase


@frozen
class Accuracy:
    """The forecast's own record."""

    tolerance: float
    scores: tuple[Score, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    change: Waterfall | None = None
    record: ForecastRecord = field(default_factory=ForecastRecord)


def measure_accuracy(
    derived: Derived,
    past: Sequence[PastReport],
    *,
    settings: Settings,
    calendar: WorkCalendar,
    facts: Mapping[str, Facts] = EMPTY,
) -> Accuracy:
    """The record of the forecasts that past reports stored (`commitments.commitment`), as of `derived.as_of`."""
    made = [c for c in read_commitments(past) if c.as_of < derived.as_of]
    tolerance = settings.finance.tolerance
    quarters = {calendar.quarter_named(name) for c in made for name in c.quarters}
    months = {month_named(name) for c in made for name in c.months}
    begun = sorted((q for q in quarters if q.first <= derived.as_of), key=lambda q: q.first)
    past_months = sorted((m for m in months if m.last <= derived.as_of), key=lambda m: m.first)
    scores = [score for period in (*begun, *past_months) for score in _period_scores(period, made, derived, tolerance)]
    calibration = _calibration(made, derived, begun)
    return Accuracy(
        tolerance=tolerance,
        scores=tuple(scores),
        calibration=calibration,
        change=explain_change(made, derived, calendar, facts),
        record=make_record(scores, calibration, _chances(made, derived, begun)),
    )


def committed_at_start(made: Sequence[Commitment], period: Period, only: str | None = None) -> float | None:
    """The forecast for a quarter or month when it began, of the portfolio or of `only` one engagement.

    None where no report tells.
    """
    found = opening_commitment(made, period)
    if found is None:
        return None
    if only is not None:
        entry = found.engagements.get(only)
        money = entry.money(period.name) if entry else None
    else:
        money = found.money(period)
    return money.forecast if money else None


def quarter_error(came: float, committed: float | None) -> float | None:
    """Error relative to what was committed, as practice measures it (± 5 % of the estimated forecast)."""
    return round((came - committed) / committed, 4) if committed else None


def _period_scores(period: Period, made: Sequence[Commitment], derived: Derived, tolerance: float) -> Iterable[Score]:
    """Portfolio, engagements, PMs and regions of one quarter or month; nothing where no forecast stood at its start."""
    opening = opening_commitment(made, period)
    money = opening.money(period) if opening else None
    if opening is None or money is None:
        return
    final = derived.as_of >= period.last
    field = "actual" if final else "forecast"
    whole = derived.portfolio.revenue.get(period.name) or derived.portfolio.revenue_by_month.get(period.name)

    def score(kind: ScoreGroup, name: str, committed: float, came: float, new: float = 0.0) -> Score:
        error = quarter_error(came, committed)
        within = None if error is None else abs(error) <= tolerance
        return Score(period.name, kind, name, committed, came, error, within, final, new)

    if whole is None:
        return
    came = {e.ref: getattr(_money_of(e.forecast, period.name), field, 0.0) for e in derived.engagements}
    promised = {ref: found for ref, entry in opening.engagements.items() if (found := entry.money(period.name))}
    new = round(sum(earned for ref, earned in came.items() if ref not in promised), 2)
    yield score(ScoreGroup.PORTFOLIO, "", money.forecast, getattr(whole, field, 0.0), new)
    groups: dict[tuple[ScoreGroup, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for ref, found in sorted(promised.items()):
        if ref not in came:
            continue
        yield score(ScoreGroup.ENGAGEMENT, ref, found.forecast, came[ref])
        entry = opening.engagements[ref]
        for key in ((ScoreGroup.PM, entry.pm or ""), (ScoreGroup.REGION, entry.region or "")):
            groups[key][0] += found.forecast
            groups[key][1] += came[ref]
    for (kind, name), (committed, reached) in sorted(groups.items()):
        yield score(kind, name, committed, reached)


def _money_of(forecast: Forecast, period: str) -> QuarterRevenue | None:
    return forecast.revenue.get(period) or forecast.revenue_by_month.get(period)


def _calibration(made: Sequence[Commitment], derived: Derived, begun: Sequence[Period]) -> tuple[Calibration, ...]:
    """How often the finish's P50 and P80 and the revenue's 80 % range held, of the forecasts with which quarters began."""
    opened = [(q, c) for q in begun if (c := opening_commitment(made, q)) is not None]
    dates = [
        (promise.finish_p50 is not None and end <= promise.finish_p50, end <= promise.finish_p80)
        for promise, end, _ in _promises(made, derived, begun)
        if promise.finish_p80 is not None
    ]
    ranges = [held for q, c in opened if q.last <= derived.as_of for held in _ranges_held(c, q.name, derived)]
    return (*kept_dates(dates), Calibration(IN_RANGE, 0.8, sum(ranges), len(ranges)))


def _chances(made: Sequence[Commitment], derived: Derived, begun: Sequence[Period]) -> Iterable[tuple[float, bool]]:
    """Chances to be on time as quarters began, and whether it was."""
    for promise, _, on_time in _promises(made, derived, begun):
        if promise.on_time is not None and on_time is not None:
            yield promise.on_time, on_time >= 0.5


def _promises(
    made: Sequence[Commitment], derived: Derived, begun: Sequence[Period]
) -> Iterable[tuple[EngagementCommitment, date, float | None]]:
    """What was promised of engagements that are complete now, with their end, and whether they made their date.

    Each engagement counts once a quarter: the same promise told every week is one promise.
    """
    over = {e.ref: e.forecast for e in derived.engagements if e.phase == Phase.COMPLETE}
    for c in filter(None, (opening_commitment(made, q) for q in begun)):
        for ref, promise in c.engagements.items():
            if ref in over and isinstance(end := over[ref].finish.p50, date) and c.as_of < end:
                yield promise, end, over[ref].on_time_probability


def _ranges_held(made: Commitment, quarter: str, derived: Derived) -> Iterable[bool]:
    for e in derived.engagements:
        promise = made.engagements.get(e.ref)
        if promise and quarter in promise.revenue and quarter in e.forecast.revenue:
            money = promise.revenue[quarter]
            if money.low < money.high:
                yield money.low <= e.forecast.revenue[quarter].actual <= money.high


def explain_change(
    made: Sequence[Commitment], derived: Derived, calendar: WorkCalendar, facts: Mapping[str, Facts]
) -> Waterfall | None:
    """From the running quarter's forecast when it began to today's; None where none stood then."""
    quarter = calendar.fiscal_quarter(derived.as_of)
    whole = derived.portfolio.revenue.get(quarter.name)
    opening = opening_commitment([c for c in made if c.as_of < derived.as_of], quarter)
    if opening is None or whole is None or quarter.name not in opening.quarters:
        return None
    before, after = round(opening.quarters[quarter.name].forecast, 2), round(whole.forecast, 2)
    gone = _share_gone(opening.as_of, derived.as_of, quarter, calendar)
    drivers = find_drivers(
        quarter.name, opening.engagements, _today(derived, facts).engagements, gone, derived.currency
    )
    rest = round(after - before - math.fsum(d.amount for d in drivers), 2)
    if rest:
        drivers = (*drivers, Driver("gone", "", rest, Phrase("engagements that reports no longer show")))
    return Waterfall(quarter.name, opening.as_of, before, after, drivers)


def explain_between(
    then: Derived, now: Derived, quarter: Period, calendar: WorkCalendar, facts: Mapping[str, Facts]
) -> tuple[Driver, ...]:
    """What moved a quarter's forecast from one derivation to another."""
    gone = _share_gone(then.as_of, now.as_of, quarter, calendar)
    before, after = _today(then, facts).engagements, _today(now, facts).engagements
    return find_drivers(quarter.name, before, after, gone, now.currency)


def _share_gone(since: date, day: date, quarter: Period, calendar: WorkCalendar) -> float:
    """Share of the time that was left of the quarter then and is gone now."""
    left = calendar.working_days_between(max(since, quarter.first), quarter.last)
    return calendar.working_days_between(max(since, quarter.first), day) / left if left > 0 else 1.0


def _today(derived: Derived, facts: Mapping[str, Facts]) -> Commitment:
    """Today's forecast in the shape of a commitment."""
    return read_commitments([PastReport("", Audience.INTERNAL, "", None, commitment(derived, facts))])[0]
