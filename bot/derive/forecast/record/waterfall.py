"""Why a quarter's forecast changed, by named cause, in words and in amounts that add up exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.derive.forecast.record.commitments import CommittedMoney, EngagementCommitment
from bot.derive.results import Driver, Waterfall
from bot.domain import messages
from bot.domain.messages import Decimal, Phrase
from bot.domain.vocabulary import Recognition

Side = Mapping[str, EngagementCommitment]
ON_EVENT = ("on_acceptance", "on_completion")


def find_drivers(quarter: str, then: Side, now: Side, share_gone: float, currency: str) -> tuple[Driver, ...]:
    """The causes by size. `share_gone`: how much of the quarter's rest has gone by since the former forecast.

    Amounts are whole cents; what no named cause explains is the change of pace, so that nothing is left over.
    """
    found: list[Driver] = []
    for ref in sorted({*then, *now}):
        before, after = _money(then.get(ref), quarter), _money(now.get(ref), quarter)
        if before is None and after is None:
            continue
        if before is None or after is None:
            found += _appeared(ref, before, after)
        else:
            found += _changed(ref, before, after, then[ref], now[ref], share_gone, currency)
    return tuple(sorted((d for d in found if d.amount), key=lambda d: (-abs(d.amount), d.engagement, d.kind)))


def to_the_unit(found: Waterfall) -> Waterfall:
    """The same without cents: rounded so that what readers see adds up (each sum on the way is rounded, not each amount)."""
    reached, shown, drivers = found.before, round(found.before), []
    for driver in found.drivers:
        reached += driver.amount
        drivers.append(replace(driver, amount=float(round(reached) - shown)))
        shown = round(reached)
    return replace(found, before=round(found.before), after=round(found.after), drivers=tuple(drivers))


def _money(side: EngagementCommitment | None, quarter: str) -> CommittedMoney | None:
    return side.money(quarter) if side else None


def _appeared(ref: str, before: CommittedMoney | None, after: CommittedMoney | None) -> Iterable[Driver]:
    if before is None and after is not None:
        yield Driver("new", ref, round(after.forecast, 2), Phrase("was not in the last forecast"))
    elif before is not None:
        yield Driver("gone", ref, round(-before.forecast, 2), Phrase("is no longer in the forecast"))


def _changed(
    ref: str,
    before: CommittedMoney,
    after: CommittedMoney,
    then: EngagementCommitment,
    now: EngagementCommitment,
    share_gone: float,
    currency: str,
) -> Iterable[Driver]:
    total = round(after.forecast - before.forecast, 2)
    order = _value_part(before, then, now)
    rate = _rate_part(before, then, now)
    yield Driver("change order", ref, order, _value_text(then, now, currency))
    if (now.recognition or then.recognition) in ON_EVENT:
        rest = round(total - order, 2)
        yield Driver("acceptance", ref, rest, _event_text(rest, then, now))
        return
    yield Driver("rate", ref, rate, _rate_text(then, now, currency))
    expected = share_gone * (before.forecast - before.actual)
    done = round(after.actual - before.actual - expected, 2)
    hours = _hours_part(before, after, then, now)
    done, pace = _netted(done, round(total - done - hours - order - rate, 2))
    yield Driver("hours", ref, hours, _hours_text(then, now))
    yield Driver("delivered", ref, done, _delivered_text(done))
    yield Driver("end" if _moved_end(then, now) else "pace", ref, pace, _pace_text(pace, then, now))


def _netted(done: float, pace: float) -> tuple[float, float]:
    """What was delivered earlier than expected is missing from the rest, and the other way round: that is no change."""
    if done * pace >= 0:
        return done, pace
    both = round(done + pace, 2)
    return (both, 0.0) if abs(done) > abs(pace) else (0.0, both)


def _value_part(before: CommittedMoney, then: EngagementCommitment, now: EngagementCommitment) -> float:
    """What the same chances (the same share of the work) would give at the new contract value; by delivery nothing."""
    if not then.value or now.value is None or (now.recognition or then.recognition) == Recognition.AS_DELIVERED:
        return 0.0
    return round(before.forecast * _bounded(now.value / then.value - 1), 2)


def _rate_part(before: CommittedMoney, then: EngagementCommitment, now: EngagementCommitment) -> float:
    """What the hours still expected then would give at the new rate."""
    if not then.rate or not now.rate or (now.recognition or then.recognition) != Recognition.AS_DELIVERED:
        return 0.0
    return round((before.forecast - before.actual) * _bounded(now.rate / then.rate - 1), 2)


def _rate_text(then: EngagementCommitment, now: EngagementCommitment, currency: str) -> Phrase:
    rates = {"then": Decimal(then.rate or 0.0), "now": Decimal(now.rate or 0.0)}
    return Phrase("rate from {then} to {now} {currency} an hour", **rates, currency=currency)


def _moved_end(then: EngagementCommitment, now: EngagementCommitment) -> dict[str, messages.Value]:
    """The expected finish `then` and `now`, if it moved by more than a week."""
    if then.finish_p50 and now.finish_p50 and abs((now.finish_p50 - then.finish_p50).days) > 7:
        return {"then": then.finish_p50, "now": now.finish_p50}
    return {}


def _hours_part(
    before: CommittedMoney, after: CommittedMoney, then: EngagementCommitment, now: EngagementCommitment
) -> float:
    """What a changed estimate of hours does: by percent complete each hour earns less, by delivery more is left to do."""
    if not then.hours or not now.hours:
        return 0.0
    if (now.recognition or then.recognition) == Recognition.PERCENT_COMPLETE:
        return round(after.forecast * _bounded(1 - now.hours / then.hours), 2)
    left = then.hours - (then.spent or 0.0)
    if left <= 0:
        return 0.0
    return round((before.forecast - before.actual) * _bounded((now.hours - then.hours) / left), 2)


def _bounded(share: float) -> float:
    """A cause explains at most all there was: beyond doubling or vanishing the rest is another cause's."""
    return min(max(share, -1.0), 1.0)


def _event_text(amount: float, then: EngagementCommitment, now: EngagementCommitment) -> Phrase:
    moved = Phrase("acceptance moved: finish expected {now} instead of {then}")
    more = Phrase("acceptance in the quarter became more likely")
    return _moved_or(amount, then, now, moved, more, Phrase("acceptance in the quarter became less likely"))


def _value_text(then: EngagementCommitment, now: EngagementCommitment, currency: str) -> Phrase:
    values = {"then": messages.Money(then.value or 0.0, currency), "now": messages.Money(now.value or 0.0, currency)}
    return Phrase("contract value from {then} to {now}", **values)


def _hours_text(then: EngagementCommitment, now: EngagementCommitment) -> Phrase:
    return Phrase(
        "hours at completion from {then} to {now}",
        then=Decimal(then.hours or 0.0, 0),
        now=Decimal(now.hours or 0.0, 0),
    )


def _delivered_text(amount: float) -> Phrase:
    if amount > 0:
        return Phrase("more was delivered since then than expected")
    return Phrase("less was delivered since then than expected")


def _pace_text(amount: float, then: EngagementCommitment, now: EngagementCommitment) -> Phrase:
    moved = Phrase("the end moved: finish expected {now} instead of {then}")
    more = Phrase("more is expected of the rest of the quarter")
    return _moved_or(amount, then, now, moved, more, Phrase("less is expected of the rest of the quarter"))


def _moved_or(
    amount: float, then: EngagementCommitment, now: EngagementCommitment, moved: Phrase, more: Phrase, less: Phrase
) -> Phrase:
    """That the end moved, if it did; else whether there is more or less than before."""
    end = _moved_end(then, now)
    return moved.refilled(**end) if end else more if amount > 0 else less
