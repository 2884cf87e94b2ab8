"""People's colours and forecasts, scored like the computed ones as soon as the truth is known.

What psbot said on the day of an order is what it had published then; where it had published nothing yet, it is replayed
from what was known on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from statistics import median

from bot.derive.decisions.colours import LEVELS
from bot.derive.decisions.orders.order import Order
from bot.derive.decisions.status import AXES, PastSignals, colours_on, signals_of
from bot.derive.judgement_results import Judgement, JudgementScore
from bot.derive.order_results import OrderState
from bot.derive.replay import Learned, rederive, subject_of
from bot.derive.results import Forecast
from bot.derive.subject import Subject
from bot.domain.frozen import frozen
from bot.domain.vocabulary import AxisName, Basis, Better, Colour, Phase

KINDS = ("finish", "revenue", "colour")
Payloads = Sequence[Mapping[str, object]]


@frozen
class Bench:
    """What orders are scored with: the engagement as it stands, what it had published, and how a past day is replayed."""

    subject: Subject
    payloads: Payloads
    past: PastSignals
    learned: Learned | None

    def frozen(self, day: date) -> Mapping[str, object]:
        """What the last report said that another one had followed by `day`: nothing of it was known later."""
        dated = [(on, p) for p in self.payloads if (on := _posted_on(p)) is not None]
        dated.sort(key=lambda pair: pair[0])
        before = [p for (_, p), (following, _) in pairwise(dated) if following <= day]
        return before[-1] if before else {}

    def replayed(self, day: date) -> Forecast:
        """The forecast by what was known on that day."""
        then = subject_of(self.subject, day)
        return rederive(then, self.learned, self.payloads).derived.forecast if then else Forecast()


def judge(orders: Iterable[Order], bench: Bench) -> tuple[Judgement, ...]:
    """Every order about what is known by now, oldest first; what was refused or taken back was never said."""
    return tuple(found for order in orders if _was_said(order) for found in _judged(order, bench))


def score_judgements(judgements: Iterable[Judgement]) -> dict[str, JudgementScore]:
    """All of a portfolio together, by kind."""
    found = list(judgements)
    groups = {kind: [j for j in found if j.kind == kind] for kind in KINDS}
    return {kind: _score(group) for kind, group in groups.items() if group}


def _score(group: Sequence[Judgement]) -> JudgementScore:
    people = [j for j in group if j.better is Better.PERSON]
    psbot = [j for j in group if j.better is Better.PSBOT]
    gains = [j.gain for j in people if j.gain is not None]
    losses = [-j.gain for j in psbot if j.gain is not None]
    return JudgementScore(
        len(group), len(people), len(psbot), median(gains) if gains else None, median(losses) if losses else None
    )


def _was_said(order: Order) -> bool:
    return order.state is not OrderState.REFUSED and not order.why.startswith("taken back")


def _judged(order: Order, bench: Bench) -> Iterator[Judgement]:
    day = bench.subject.calendar.local_day(order.at)
    if order.word == "finish":
        yield from _finish(order, day, bench)
    elif order.word == "revenue":
        yield from _revenue(order, day, bench)
    elif order.word == "colour":
        yield from _colour(order, day, bench)


def _finish(order: Order, day: date, bench: Bench) -> Iterator[Judgement]:
    derived = bench.subject.derived
    came, said = derived.completion.completed_on, order.given.values["day"]
    if derived.phase != Phase.COMPLETE or came is None or day >= came:
        return
    published = bench.frozen(day).get("finish")
    computed = _day(published.get("p50")) if isinstance(published, Mapping) else None
    basis = Basis.PUBLISHED if computed else Basis.REPLAYED
    computed = computed or _day(bench.replayed(day).finish.p50)
    if computed is not None:
        between = bench.subject.calendar.working_days_between
        errors = (abs(between(came, said)), abs(between(came, computed)))
        yield _made("finish", "finish", order, day, (said, computed, came), errors, basis)


def _revenue(order: Order, day: date, bench: Bench) -> Iterator[Judgement]:
    name, said = order.given.values["quarter"], order.given.values["amount"]
    last = bench.subject.calendar.quarter_named(name).last
    came = bench.subject.derived.forecast.revenue.get(name)
    if bench.subject.day <= last or day > last or came is None:
        return
    published = bench.frozen(day).get("forecast")
    told = published.get(name) if isinstance(published, Mapping) else None
    computed = told.get("forecast") if isinstance(told, Mapping) else None
    basis = Basis.PUBLISHED if isinstance(computed, int | float) else Basis.REPLAYED
    if basis is Basis.REPLAYED:
        found = bench.replayed(day).revenue.get(name)
        computed = found.forecast if found else None
    if isinstance(computed, int | float):
        errors = (abs(came.actual - said), abs(came.actual - computed))
        yield _made("revenue", name, order, day, (said, computed, came.actual), errors, basis)


def _colour(order: Order, day: date, bench: Bench) -> Iterator[Judgement]:
    """Green came true when the axis ended within its tolerance, yellow and red when it ended outside."""
    derived, axis, said = bench.subject.derived, order.given.values["axis"], order.given.values["colour"]
    ended = derived.completion.completed_on
    if derived.phase != Phase.COMPLETE or ended is None or day >= ended:
        return
    came = _of_axis({name: signal.colour for name, signal in signals_of(bench.subject).items()}, axis)
    computed = _of_axis(colours_on(day, bench.subject.calendar, bench.past), axis)
    if came in LEVELS and computed in LEVELS:
        errors = tuple(float((colour == Colour.GREEN) != (came == Colour.GREEN)) for colour in (said, computed))
        yield _made("colour", axis, order, day, (said, computed, came), (errors[0], errors[1]), Basis.REPLAYED)


def _of_axis(colours: Mapping[str, str], axis: str) -> str:
    """An axis's colour; the overall one is the worst of those that are known."""
    if axis != AxisName.OVERALL:
        return colours.get(axis, "unknown")
    return max((colours[name] for name in AXES if colours.get(name) in LEVELS), key=LEVELS.index, default="unknown")


def _made(
    kind: str,
    what: str,
    order: Order,
    day: date,
    values: tuple[object, object, object],
    errors: tuple[float, float],
    basis: Basis,
) -> Judgement:
    said, computed, came = (f"{v:.2f}" if isinstance(v, float) else str(v) for v in values)
    gain = errors[1] - errors[0]
    better = Better.PERSON if gain > 0 else Better.PSBOT if gain < 0 else Better.SAME
    return Judgement(kind, what, order.by, day, said, computed, came, better, None if kind == "colour" else gain, basis)


def _posted_on(payload: Mapping[str, object]) -> date | None:
    posted = payload.get("posted")
    return _day(posted.get("on")) if isinstance(posted, Mapping) else None


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
