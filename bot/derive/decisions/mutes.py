"""What becomes of muted risks: how grave they were, whether they grew, what they hide, and which of them are back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bot.derive.checks.registry import THEMES
from bot.derive.order_results import MutedRisk, ReturnedRisk
from bot.derive.results import SEVERITIES, EngagementDerived, Risk
from bot.derive.status_results import Status
from bot.domain.vocabulary import AxisName, Colour

SHOWN: Final = timedelta(days=7)
"""So long a risk is told as back from its mute."""

_GRAVE: Final = ("high", "critical")
Payloads = Sequence[Mapping[str, object]]
Memory = Mapping[str, Mapping[str, object]]


def with_mutes_judged(derived: EngagementDerived, day: date, payloads: Payloads) -> EngagementDerived:
    """Muted risks with their past, and those whose mute ended. `payloads` of earlier reports, oldest first, are the memory."""
    before, back = _memory(payloads, "muted"), _memory(payloads, "returned")
    muted = tuple(_judged(mute, before.get(mute.risk.rule, {}), derived.status) for mute in derived.muted)
    returned = tuple(_returned(derived.risks, muted, before, back, day))
    return replace(derived, muted=muted, returned=returned)


def mute_payload(derived: EngagementDerived) -> dict[str, dict[str, dict[str, str]]]:
    """What a later run must know of this one's mutes; nothing where there were none."""
    muted = {m.risk.rule: {"was": m.was, "by": m.by} for m in sorted(derived.muted, key=lambda m: _rank(m.was))}
    back = {r.risk.rule: {"was": r.was, "by": r.by, "on": r.on.isoformat()} for r in derived.returned}
    return {**({"muted": muted} if muted else {}), **({"returned": back} if back else {})}


def computed(status: Status, axis: str) -> Colour:
    """The colour that is computed, whatever a person's order publishes."""
    if override := status.overrides.get(axis):
        return Colour(override.computed)
    return status.overall if axis == AxisName.OVERALL else Colour(getattr(status, axis).rag)


def _judged(mute: MutedRisk, known: Mapping[str, object], status: Status) -> MutedRisk:
    severity, was = mute.risk.severity, str(known.get("was") or mute.risk.severity)
    theme = str(THEMES.get(mute.risk.rule, "rest"))
    red = {axis for axis in ("schedule", "scope", "budget", "overall") if computed(status, axis) == Colour.RED}
    hides = theme in red or (AxisName.OVERALL in red and severity in _GRAVE)
    return replace(mute, theme=theme, was=was, grown=_rank(severity) > _rank(was), hides_red=hides)


def _returned(
    risks: Iterable[Risk], muted: Iterable[MutedRisk], before: Memory, back: Memory, day: date
) -> Iterable[ReturnedRisk]:
    """Each rule once, by its gravest risk: ended since the last report, or told a few days ago."""
    still, told = {m.risk.rule for m in muted}, set[str]()
    for risk in sorted(risks, key=lambda risk: -_rank(risk.severity)):
        known = before.get(risk.rule) or back.get(risk.rule)
        if known is None or risk.rule in still or risk.rule in told:
            continue
        on = day if risk.rule in before else _day(known.get("on"), day)
        if day - SHOWN < on <= day:
            told.add(risk.rule)
            was = str(known.get("was"))
            yield ReturnedRisk(risk, on, str(known.get("by")), was, _rank(risk.severity) > _rank(was))


def _memory(payloads: Payloads, key: str) -> Memory:
    """What the latest status said: payloads of other reports carry no colours of an engagement and no mutes."""
    latest = next((p for p in reversed(payloads) if "posted" in p), {})
    found = latest.get(key)
    return (
        {str(rule): told for rule, told in found.items() if isinstance(told, Mapping)}
        if isinstance(found, Mapping)
        else {}
    )


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def _day(value: object, other: date) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return other
