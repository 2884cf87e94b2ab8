"""What was forecast: as a report published it, else recalculated from what was known on that day, and named so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.derive.depth import Depth
from bot.derive.results import Driver
from bot.domain.calendar import ONE_DAY, Period
from bot.domain.frozen import frozen
from bot.domain.model import Facts
from bot.domain.vocabulary import Phase
from bot.report.context import ReportContext


@frozen
class Was:
    """A former forecast of a month or quarter, and the day as of which it was made."""

    amount: float
    published: bool
    on: date


def forecast_was(context: ReportContext, period: Period, ref: str = "") -> Was | None:
    """The forecast with which `period` began, of the portfolio or of one engagement; None where there was none."""
    from bot.derive.forecast import opening_commitment, read_commitments

    opening = opening_commitment(read_commitments(context.past), period)
    if opening is not None:
        entry = opening.engagements.get(ref)
        money = opening.money(period) if not ref else entry.money(period.name) if entry else None
        return Was(money.forecast, True, opening.as_of) if money else None
    return recalculated(context, period, period.first - ONE_DAY, ref)


def recalculated(context: ReportContext, period: Period, day: date, ref: str = "") -> Was | None:
    """The forecast as it would have been on `day`, by what was known then; of work that had not begun, none."""
    if ref:
        then = context.derived(ref, day)
        if then is None or then.phase == Phase.NOT_STARTED:
            return None
        found = then.forecast.revenue_by_month.get(period.name) or then.forecast.revenue.get(period.name)
        return Was(found.forecast, False, day) if found else None
    whole = context.derive_to(day, Depth.FIGURES).portfolio
    total = whole.revenue_by_month.get(period.name) or whole.revenue.get(period.name)
    return Was(total.forecast, False, day) if total else None


def quarter_was(context: ReportContext, quarter: Period, day: date) -> Was | None:
    """The running quarter's forecast as it was on `day`; None when it was another quarter then."""
    return forecast_was_on(context, quarter, day) if day in quarter else None


def forecast_was_on(context: ReportContext, quarter: Period, day: date) -> Was | None:
    """A period's forecast as the last report up to `day` published it within a week; else recalculated as of `day`."""
    from bot.derive.forecast import read_commitments

    made = [c for c in read_commitments(context.past) if c.as_of <= day and (day - c.as_of).days < 7]
    known = [c for c in made if c.money(quarter)]
    if known:
        latest = max(known, key=lambda c: c.as_of)
        money = latest.money(quarter)
        return Was(money.forecast, True, latest.as_of) if money else None
    return recalculated(context, quarter, day)


def drivers_between(context: ReportContext, quarter: Period, since: date, until: date) -> tuple[Driver, ...]:
    """What moved the quarter's forecast between two days, the largest first."""
    from bot.derive.forecast import explain_between

    then, now = (context.derive_to(day, Depth.FIGURES) for day in (since, until))
    return explain_between(then, now, quarter, context.calendar, facts_on(context, until))


def facts_on(context: ReportContext, day: date) -> Mapping[str, Facts]:
    return {ref: engagement.facts for ref, engagement in context.engagements(day).items()}
