"""Revenue by fiscal quarter under each recognition rule, in trials.

as_delivered: approved billable hours × rate, up to the contract value (right to invoice). percent_complete: value × hours
spent ÷ hours at completion, a changed estimate catching up in the quarter in which it changes (ASC 606, IFRS 15, input
method). on_acceptance: each milestone's amount on acceptance, also by silence. on_completion: the value when the work is over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from bot.derive.forecast.constants import POSSIBLE
from bot.derive.forecast.history import Array, History
from bot.derive.forecast.milestones import Amount
from bot.derive.forecast.terms import Terms
from bot.derive.forecast.trials import Ahead
from bot.derive.results import QuarterRevenue, Reason
from bot.domain.calendar import ONE_DAY, Period
from bot.domain.frozen import frozen
from bot.domain.messages import NOTHING, Decimal, Money, Phrase, Value, commas


@frozen
class Span:
    """A fiscal quarter on the working-day axis: positions at the end of the day before it and of its last day."""

    name: str
    before: float
    last: float

    def is_within(self, other: Span) -> bool:
        return other.before - 1e-9 <= self.before and self.last <= other.last + 1e-9


@frozen
class QuarterTrials:
    """Money of one quarter: earned so far, each trial's whole quarter (one number when it is certain), upside, reason."""

    actual: float
    whole: Array
    upside: float = 0.0
    text: Phrase = NOTHING
    room: float = 0.0
    """What more hours than forecast could earn in the quarter at most: where only events earn, nothing."""
    more: Phrase = NOTHING
    """What the upside consists of."""

    @property
    def expected(self) -> float:
        """What is still to come."""
        return float(self.whole.mean()) - self.actual

    def summary(self, evidence: Sequence[str] = ()) -> QuarterRevenue:
        """Expected value and 80 % range."""
        mean = float(self.whole.mean())
        low, high = _middle_range(self.whole) if self.whole.size > 1 and not math.isnan(mean) else (mean, mean)
        reasons = tuple(Reason(text, tuple(evidence)) for text in (self.text, self.more) if text)
        return QuarterRevenue(
            actual=round(self.actual, 2),
            forecast=round(mean, 2),
            low=round(min(low, mean), 2),
            high=round(max(high, mean), 2),
            upside=round(max(self.upside, 0.0), 2),
            reasons=reasons,
        )


def _middle_range(trials: Array) -> tuple[float, float]:
    """P10 and P90 of two trials or more as numpy's `percentile` finds them, to the last bit: it looks for the least and the greatest as well."""
    places = [(trials.size - 1) * share for share in (0.1, 0.9)]
    wanted = sorted({n for place in places for n in (int(place), int(place) + 1)})
    found = np.partition(trials, wanted)
    low, high = (_between(found, place) for place in places)
    return low, high


def _between(ordered: Array, place: float) -> float:
    """What stands at a broken place, reckoned from the nearer neighbour."""
    before = int(place)
    left, right, part = float(ordered[before]), float(ordered[before + 1]), place - before
    return right - (right - left) * (1 - part) if part >= 0.5 else left + (right - left) * part


@dataclass(frozen=True)
class Outlook:
    """All that revenue depends on. `ahead` is None when nothing is left to do; `eac_at` tells what hours at completion
    were forecast to be at an earlier position (for the cumulative catch-up)."""

    terms: Terms
    history: History
    now: float
    ahead: Ahead | None
    eac: float | None
    eac_at: Callable[[float], float | None]
    amounts: tuple[Amount, ...]
    finished_at: float | None
    soft_money: Mapping[str, float]
    upside_in: frozenset[str]
    """The quarter and the month in which change orders that are not decided yet would earn."""

    @cached_property
    def hours_by(self) -> Callable[[float], Array]:
        """Hours spent from today to a later position, by trial; none when it is past or nothing is left.

        Each position is worked out once: quarters and months share their borders.
        """
        return cache(self._hours_by)

    def _hours_by(self, at: float) -> Array:
        return np.zeros(1) if self.ahead is None or at <= self.now else self.ahead.hours_by(at - self.now)


def make_spans(periods: Sequence[Period], history: History) -> tuple[Span, ...]:
    """Quarters on the axis; consecutive periods share their border."""
    lasts = [history.axis.position(p.last) for p in periods]
    before = history.axis.position(periods[0].first - ONE_DAY)
    return tuple(
        Span(p.name, start, last) for p, start, last in zip(periods, [before, *lasts[:-1]], lasts, strict=True)
    )


def quarter_trials(outlook: Outlook, spans: Sequence[Span]) -> dict[str, QuarterTrials]:
    """Trials for each quarter, in order; empty where rule, rate or value are not known."""
    if not outlook.terms.known:
        return {}
    rule = _RULES[outlook.terms.recognition or ""]
    return {span.name: _with_upside(rule(outlook, span), span, outlook) for span in spans}


def month_trials(outlook: Outlook, months: Sequence[Span], quarters: Sequence[Span]) -> dict[str, QuarterTrials]:
    """Trials for each month. What could be added to a quarter is shared by its months, and told once."""
    if not outlook.terms.known:
        return {}
    rule = _RULES[outlook.terms.recognition or ""]

    def told(month: Span) -> QuarterTrials:
        found, soft = rule(outlook, month), outlook.soft_money.get(month.name, 0.0)
        quarter = next((q for q in quarters if month.is_within(q)), None) if found.upside or soft else None
        if quarter is not None:
            found = _shared(found, rule(outlook, quarter), soft, outlook.soft_money.get(quarter.name, 0.0))
        return _with_upside(found, month, outlook)

    return {month.name: told(month) for month in months}


def _shared(month: QuarterTrials, quarter: QuarterTrials, soft: float, all_soft: float) -> QuarterTrials:
    """The month with its share of what events could add, by what is expected in each, and of the room for soft bookings."""
    events = quarter.upside * month.expected / quarter.expected if quarter.expected > 0 else 0.0
    return replace(month, upside=events, room=soft * min(quarter.room / all_soft, 1.0) if all_soft else month.room)


def _with_upside(found: QuarterTrials, span: Span, outlook: Outlook) -> QuarterTrials:
    """What soft bookings, open change orders and unlikely events could add; bookings at most what the contract can still pay."""
    orders = outlook.terms.upside_value if span.name in outlook.upside_in else 0.0
    soft, unit = min(outlook.soft_money.get(span.name, 0.0), found.room), outlook.terms.unit
    parts = (
        (Phrase("acceptance or completion in time {amount}", amount=Money(found.upside, unit)), found.upside),
        (Phrase("change orders not decided yet {amount}", amount=Money(orders, unit)), orders),
        (Phrase("soft bookings {amount}", amount=Money(soft, unit)), soft),
    )
    words = [text for text, amount in parts if amount >= 1]
    more = Phrase("Could add: {parts}", parts=commas(words)) if words else NOTHING
    return replace(found, upside=found.upside + orders + soft, more=more)


def _as_delivered(outlook: Outlook, span: Span) -> QuarterTrials:
    terms = outlook.terms

    def cap(at: float) -> float:
        value = terms.value_at(at)
        return np.inf if value is None else value

    def billed(at: float) -> float:
        """Cumulative, and never more than the contract was worth on that day."""
        return min(float(terms.billed_money[terms.billed_at <= at + 1e-9].sum()), cap(at))

    upto = min(span.last, outlook.now)
    actual = billed(upto) - billed(min(span.before, outlook.now))
    if span.last <= outlook.now:
        return QuarterTrials(actual, np.array([actual]), text=_hours_text(terms, span, upto, 0.0, capped=False))
    money, limit = (terms.rate or 0.0) * terms.billable_share, cap(outlook.now)
    all_billed = float(terms.billed_money.sum())

    def expected(at: float) -> Array:
        if at <= outlook.now:
            return np.array([billed(at)])
        return np.minimum(all_billed + terms.pending_money + money * outlook.hours_by(at), limit)

    at_end = expected(span.last)
    whole = at_end - expected(span.before)
    capped = bool(np.mean(at_end >= limit - 0.005) >= POSSIBLE)
    more = float(whole.mean()) - actual
    text = _hours_text(terms, span, upto, more, capped=capped)
    return QuarterTrials(actual, np.atleast_1d(whole), text=text, room=max(limit - float(at_end.mean()), 0.0))


def _hours_text(terms: Terms, span: Span, upto: float, more: float, *, capped: bool) -> Phrase:
    """Hours that are approved and those that the expected `more` money stands for: with the rate they give the revenue."""
    inside = (terms.billed_at > span.before) & (terms.billed_at <= upto + 1e-9)
    rate, limit = terms.rate or 0.0, terms.value if capped else None
    values: dict[str, Value] = {
        "hours": Decimal(float(terms.billed_hours[inside].sum()), 0),
        "more": Decimal(max(more, 0.0) / rate if rate else 0.0, 0),
        "rate": Decimal(rate, 2),
        "currency": terms.unit,
    }
    if limit is None:
        return Phrase(
            "{hours} billable hours approved so far, {more} more expected, at {rate} {currency} an hour", **values
        )
    return Phrase(
        "{hours} billable hours approved so far, {more} more expected, at {rate} {currency} an hour; "
        "the contract value of {value} is the limit",
        value=Money(limit, terms.unit),
        **values,
    )


def _percent_complete(outlook: Outlook, span: Span) -> QuarterTrials:
    value = outlook.terms.value or 0.0

    def spent_by(at: float) -> float:
        """Where more hours were taken back than logged, nothing is done yet."""
        return max(outlook.history.hours_until(at), 0.0)

    def earned(at: float) -> float:
        """Cumulative revenue at a past position, by the estimate and the contract's value of that day; all of it when it is over."""
        if outlook.finished_at is not None and at >= outlook.finished_at and not outlook.eac:
            return outlook.terms.value_at(at) or 0.0  # nobody logged an hour: what is delivered tells
        eac = outlook.eac_at(at)
        return (outlook.terms.value_at(at) or 0.0) * min(spent_by(at) / eac, 1.0) if eac else 0.0

    # What was earned by today is one number, in every trial: a changed estimate catches up after it, also from the very next day.
    before = earned(span.before) if span.before <= outlook.now else None
    actual = 0.0 if before is None else earned(min(span.last, outlook.now)) - before
    if span.last <= outlook.now or outlook.ahead is None:
        return QuarterTrials(actual, np.array([actual]), text=_share_text(outlook))
    spent = spent_by(outlook.now)
    total = np.maximum(spent + outlook.ahead.hours, 1e-9)

    def expected(at: float) -> Array:
        """What will be earned by a later position, by trial."""
        return value * (spent + outlook.hours_by(at)) / total

    at_end = expected(span.last)
    whole = at_end - (expected(span.before) if before is None else before)
    return QuarterTrials(actual, whole, text=_share_text(outlook), room=max(value - float(at_end.mean()), 0.0))


def _share_text(outlook: Outlook) -> Phrase:
    spent = outlook.history.hours_until(outlook.now)
    eac = outlook.eac or spent
    return Phrase(
        "{spent} of {total} hours at completion are spent; the contract is worth {value}",
        spent=Decimal(spent, 0),
        total=Decimal(eac, 0),
        value=Money(outlook.terms.value or 0, outlook.terms.unit),
    )


def _on_acceptance(outlook: Outlook, span: Span) -> QuarterTrials:
    actual, upside, whole, words = 0.0, 0.0, np.zeros(1), []
    for amount in outlook.amounts:
        if amount.accepted_at is not None:
            if span.before < amount.accepted_at <= span.last:
                actual += amount.amount
                words.append(Phrase("{title} accepted", title=amount.title or Phrase("everything")))
        elif amount.days is not None and span.last > outlook.now:
            at = outlook.now + amount.days
            inside = (at > max(span.before, outlook.now)) & (at <= span.last + 1e-9)
            chance = float(inside.mean())
            whole = whole + amount.amount * inside
            upside += amount.amount * (1 - chance) if POSSIBLE <= chance < 1 else 0.0
            if chance >= POSSIBLE:
                words.append(_chance_text(amount, chance))
    return QuarterTrials(actual, actual + whole, upside, _acceptance_text(words))


def _chance_text(amount: Amount, chance: float) -> Phrase:
    title = amount.title or Phrase("everything")
    return Phrase("{title} with a chance of {share}%", title=title, share=Decimal(100 * chance, 0))


def _acceptance_text(words: Sequence[Phrase]) -> Phrase:
    return Phrase("Acceptance: {words}", words=commas(words)) if words else NOTHING


def _on_completion(outlook: Outlook, span: Span) -> QuarterTrials:
    value = outlook.terms.value or 0.0
    if outlook.finished_at is not None:
        actual = value if span.before < outlook.finished_at <= span.last else 0.0
        return QuarterTrials(actual, np.array([actual]), text=Phrase("Completed") if actual else NOTHING)
    if outlook.ahead is None or span.last <= outlook.now:
        return QuarterTrials(0.0, np.zeros(1))
    at = outlook.now + outlook.ahead.delay + outlook.ahead.days
    inside = (at > max(span.before, outlook.now)) & (at <= span.last + 1e-9)
    chance = float(inside.mean())
    upside = value * (1 - chance) if POSSIBLE <= chance < 1 else 0.0
    text = (
        Phrase("Completion with a chance of {share}%", share=Decimal(100 * chance, 0))
        if chance >= POSSIBLE
        else NOTHING
    )
    return QuarterTrials(0.0, value * inside.astype(np.float64), upside, text)


_RULES: Mapping[str, Callable[[Outlook, Span], QuarterTrials]] = {
    "as_delivered": _as_delivered,
    "percent_complete": _percent_complete,
    "on_acceptance": _on_acceptance,
    "on_completion": _on_completion,
}
