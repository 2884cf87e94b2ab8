"""Why a quarter's forecast changed: scope, pace, acceptance, hours, in words and in amounts that add up exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.derive.forecast.commitments import EngagementCommitment, Money
from bot.domain.messages import Phrase

Side = Mapping[str, EngagementCommitment]
ON_EVENT = ("on_acceptance", "on_completion")


@dataclass(frozen=True)
class Driver:
    """One cause: `kind` is scope, pace, acceptance, hours, new or gone; `amount` in money, `text` in words."""

    kind: str
    engagement: str
    amount: float
    text: Phrase


def find_drivers(quarter: str, then: Side, now: Side, share_gone: float) -> tuple[Driver, ...]:
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
            found += _changed(ref, before, after, then[ref], now[ref], share_gone)
    return tuple(sorted((d for d in found if d.amount), key=lambda d: (-abs(d.amount), d.engagement, d.kind)))


def _money(side: EngagementCommitment | None, quarter: str) -> Money | None:
    return side.revenue.get(quarter) if side else None


def _appeared(ref: str, before: Money | None, after: Money | None) -> Iterable[Driver]:
    if before is None and after is not None:
        yield Driver("new", ref, round(after.forecast, 2), Phrase("was not in the last forecast"))
    elif before is not None:
        yield Driver("gone", ref, round(-before.forecast, 2), Phrase("is no longer in the forecast"))


def _changed(
    ref: str, before: Money, after: Money, then: EngagementCommitment, now: EngagementCommitment, share_gone: float
) -> Iterable[Driver]:
    total = round(after.forecast - before.forecast, 2)
    if (now.recognition or then.recognition) in ON_EVENT:
        scope = _value_part(before, then, now)
        yield Driver("scope", ref, scope, _value_text(then, now))
        yield Driver("acceptance", ref, round(total - scope, 2), _event_text(total - scope, then, now))
        return
    expected = share_gone * (before.forecast - before.actual)
    done = round(after.actual - before.actual - expected, 2)
    scope = _hours_part(before, after, then, now)
    done, pace = _netted(done, round(total - done - scope, 2))
    yield Driver("hours", ref, done, _delivered_text(done))
    yield Driver("scope", ref, scope, _hours_text(then, now))
    yield Driver("pace", ref, pace, _pace_text(pace))


def _netted(done: float, pace: float) -> tuple[float, float]:
    """What was delivered earlier than expected is missing from the rest, and the other way round: that is no change."""
    if done * pace >= 0:
        return done, pace
    both = round(done + pace, 2)
    return (both, 0.0) if abs(done) > abs(pace) else (0.0, both)


def _value_part(before: Money, then: EngagementCommitment, now: EngagementCommitment) -> float:
    """What the same chances would give at the new contract value."""
    if not then.value or now.value is None:
        return 0.0
    return round(before.forecast * _bounded(now.value / then.value - 1), 2)


def _hours_part(before: Money, after: Money, then: EngagementCommitment, now: EngagementCommitment) -> float:
    """What a changed estimate of hours does: by percent complete each hour earns less, by delivery more is left to do."""
    if not then.hours or not now.hours:
        return 0.0
    if (now.recognition or then.recognition) == "percent_complete":
        return round(after.forecast * _bounded(1 - now.hours / then.hours), 2)
    left = then.hours - (then.spent or 0.0)
    if left <= 0:
        return 0.0
    return round((before.forecast - before.actual) * _bounded((now.hours - then.hours) / left), 2)


def _bounded(share: float) -> float:
    """A cause explains at most all there was: beyond doubling or vanishing the rest is another cause's."""
    return min(max(share, -1.0), 1.0)


def _event_text(amount: float, then: EngagementCommitment, now: EngagementCommitment) -> Phrase:
    if then.finish_p50 and now.finish_p50 and then.finish_p50 != now.finish_p50:
        return Phrase(
            "acceptance moved: finish expected {now} instead of {then}", now=now.finish_p50, then=then.finish_p50
        )
    if amount > 0:
        return Phrase("acceptance in the quarter became more likely")
    return Phrase("acceptance in the quarter became less likely")


def _value_text(then: EngagementCommitment, now: EngagementCommitment) -> Phrase:
    return Phrase("contract value from {then} to {now}", then=then.value or 0.0, now=now.value or 0.0)


def _hours_text(then: EngagementCommitment, now: EngagementCommitment) -> Phrase:
    return Phrase("hours at completion from {then} to {now}", then=then.hours or 0.0, now=now.hours or 0.0)


def _delivered_text(amount: float) -> Phrase:
    if amount > 0:
        return Phrase("more was delivered since then than expected")
    return Phrase("less was delivered since then than expected")


def _pace_text(amount: float) -> Phrase:
    if amount > 0:
        return Phrase("more is expected of the rest of the quarter")
    return Phrase("less is expected of the rest of the quarter")
