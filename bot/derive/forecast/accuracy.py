"""The forecast held against what came: error per quarter, engagement and PM, calibration, and why it changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.config import Settings
from bot.derive.forecast.commitments import (
    Commitment,
    EngagementCommitment,
    commitment,
    opening_commitment,
    read_commitments,
)
from bot.derive.forecast.drivers import Driver, find_drivers
from bot.derive.results import Derived
from bot.domain.calendar import Period, WorkCalendar
from bot.domain.messages import Phrase
from bot.domain.model import EMPTY, Facts, PastReport
from bot.domain.vocabulary import Phase


@dataclass(frozen=True)
class Score:
    """What was committed at the start of a quarter against what came; `error` = (came − committed) ÷ committed.

    `kind` is portfolio, engagement or pm. `final` is False while the quarter runs: then `came` is today's forecast.
    """

    quarter: str
    kind: str
    name: str
    committed: float
    came: float
    error: float | None
    within: bool | None
    final: bool
    new: float = 0.0
    """Part of `came` that engagements earned which were in no forecast when the quarter began (portfolio only)."""


@dataclass(frozen=True)
class Calibration:
    """How often a promise held: of `of` cases `held` did; `share` is None without a case, `nominal` what was promised."""

    what: Phrase
    nominal: float
    held: int
    of: int

    @property
    def share(self) -> float | None:
        return self.held / self.of if self.of else None


@dataclass(frozen=True)
class Change:
    """Why this quarter's forecast is another than last time. The drivers' amounts add up to `after` − `before` exactly."""

    quarter: str
    since: date
    before: float
    after: float
    drivers: tuple[Driver, ...]


@dataclass(frozen=True)
class Accuracy:
    """The forecast's own record."""

    tolerance: float
    scores: tuple[Score, ...] = ()
    calibration: tuple[Calibration, ...] = ()
    change: Change | None = None


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
    names = {name for c in made for name in c.quarters}
    quarters = sorted((calendar.quarter_named(name) for name in names), key=lambda q: q.first)
    begun = [q for q in quarters if q.first <= derived.as_of]
    return Accuracy(
        tolerance=tolerance,
        scores=tuple(score for q in begun for score in _quarter_scores(q, made, derived, tolerance)),
        calibration=_calibration(made, derived, begun),
        change=_change(made, derived, calendar, facts),
    )


def committed_at_start(made: Sequence[Commitment], period: Period, only: str | None = None) -> float | None:
    """The forecast for a quarter or month when it began, of the portfolio or of `only` one engagement (quarters alone).

    None where no report tells.
    """
    found = opening_commitment(made, period)
    if found is None:
        return None
    if only is not None:
        entry = found.engagements.get(only)
        money = entry.revenue.get(period.name) if entry else None
    else:
        money = found.money(period)
    return money.forecast if money else None


def quarter_error(came: float, committed: float | None) -> float | None:
    """Error relative to what was committed, as practice measures it (± 5 % of the estimated forecast)."""
    return round((came - committed) / committed, 4) if committed else None


def _quarter_scores(quarter: Period, made: Sequence[Commitment], derived: Derived, tolerance: float) -> Iterable[Score]:
    """Portfolio, engagements and PMs of one quarter; nothing where no forecast stood at its start."""
    opening = opening_commitment(made, quarter)
    if opening is None:
        return
    final = derived.as_of >= quarter.last
    field = "actual" if final else "forecast"
    whole = derived.portfolio.revenue.get(quarter.name)

    def score(kind: str, name: str, committed: float, came: float, new: float = 0.0) -> Score:
        error = quarter_error(came, committed)
        within = None if error is None else abs(error) <= tolerance
        return Score(quarter.name, kind, name, committed, came, error, within, final, new)

    came = {e.ref: getattr(e.forecast.revenue.get(quarter.name), field, 0.0) for e in derived.engagements}
    known = {ref for ref, entry in opening.engagements.items() if quarter.name in entry.revenue}
    new = round(sum(money for ref, money in came.items() if ref not in known), 2)
    yield score("portfolio", "", opening.quarters[quarter.name].forecast, getattr(whole, field, 0.0), new)
    people: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for ref, entry in sorted(opening.engagements.items()):
        if ref not in came or quarter.name not in entry.revenue:
            continue
        committed = entry.revenue[quarter.name].forecast
        yield score("engagement", ref, committed, came[ref])
        people[entry.pm or ""][0] += committed
        people[entry.pm or ""][1] += came[ref]
    for name, (committed, reached) in sorted(people.items()):
        yield score("pm", name, committed, reached)


def _calibration(made: Sequence[Commitment], derived: Derived, begun: Sequence[Period]) -> tuple[Calibration, ...]:
    """How often the finish P80 and the revenue's 80 % range held, of the forecasts with which quarters began.

    Each engagement counts once a quarter: the same promise told every week is one promise.
    """
    ends = {e.ref: e.forecast.finish.p50 for e in derived.engagements if e.phase == Phase.COMPLETE}
    opened = [(q, c) for q in begun if (c := opening_commitment(made, q)) is not None]
    dates = [
        end <= promise.finish_p80
        for _, c in opened
        for ref, promise in c.engagements.items()
        if promise.finish_p80 is not None and isinstance(end := ends.get(ref), date) and c.as_of < end
    ]
    ranges = [held for q, c in opened if q.last <= derived.as_of for held in _ranges_held(c, q.name, derived)]
    return (
        Calibration(Phrase("finish by P80"), 0.8, sum(dates), len(dates)),
        Calibration(Phrase("revenue within its 80 % range"), 0.8, sum(ranges), len(ranges)),
    )


def _ranges_held(made: Commitment, quarter: str, derived: Derived) -> Iterable[bool]:
    for e in derived.engagements:
        promise = made.engagements.get(e.ref)
        if promise and quarter in promise.revenue and quarter in e.forecast.revenue:
            money = promise.revenue[quarter]
            if money.low < money.high:
                yield money.low <= e.forecast.revenue[quarter].actual <= money.high


def _change(
    made: Sequence[Commitment], derived: Derived, calendar: WorkCalendar, facts: Mapping[str, Facts]
) -> Change | None:
    """The running quarter's forecast against that of the last report."""
    quarter = calendar.fiscal_quarter(derived.as_of)
    before = [c for c in made if quarter.name in c.quarters]
    if not before:
        return None
    last = before[-1]
    gone = _share_gone(last.as_of, derived.as_of, quarter, calendar)
    now: Mapping[str, EngagementCommitment] = _today(derived, facts).engagements
    then = last.engagements
    drivers = find_drivers(quarter.name, then, now, gone)
    sums = [
        sum(m.revenue[quarter.name].forecast for m in side.values() if quarter.name in m.revenue)
        for side in (then, now)
    ]
    return Change(quarter.name, last.as_of, round(sums[0], 2), round(sums[1], 2), drivers)


def _share_gone(since: date, day: date, quarter: Period, calendar: WorkCalendar) -> float:
    """Share of the time that was left of the quarter then and is gone now."""
    left = calendar.working_days_between(max(since, quarter.first), quarter.last)
    return calendar.working_days_between(max(since, quarter.first), day) / left if left > 0 else 1.0


def _today(derived: Derived, facts: Mapping[str, Facts]) -> Commitment:
    """Today's forecast in the shape of a commitment."""
    return read_commitments([PastReport("", "", "", None, commitment(derived, facts))])[0]
