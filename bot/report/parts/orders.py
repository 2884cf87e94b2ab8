"""People's orders in an internal text: what is in force, what they hide, and what stands beside the computed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from bot.derive.order_results import ManagerForecast, MutedRisk, OrderState
from bot.derive.results import SEVERITIES, EngagementDerived
from bot.domain.frozen import frozen
from bot.domain.vocabulary import Colour, Phase
from bot.report.context import ReportContext
from bot.report.text.safe_text import SafeMarkdown, clean, joined, neutralise

LONGEST = 300
LEVELS = ("green", "yellow", "red")


@frozen
class OrderView:
    """An order in force: as it was written, by whom, until when, and what is computed in its place where that differs."""

    text: SafeMarkdown
    by: SafeMarkdown
    until: date | None
    computed: str = ""


def orders_in_force(context: ReportContext, derived: EngagementDerived) -> tuple[OrderView, ...]:
    """Mutes, colours, forecasts, dates and causes that hold, oldest first; help and undo hold nothing."""
    return tuple(_views(derived))


def _views(derived: EngagementDerived) -> Iterator[OrderView]:
    for order in derived.orders:
        if order.state != OrderState.OBEYED or order.word in ("help", "undo", "approve", ""):
            continue
        computed = next((o.computed for o in derived.status.overrides.values() if _is_of(order.order, o.axis)), "")
        yield OrderView(
            neutralise(clean(order.order, LONGEST)),
            neutralise(order.by),
            order.until,
            computed if order.word == "colour" else "",
        )


def _is_of(text: str, axis: str) -> bool:
    return axis in text.casefold().split()[:3]


def muted_line(context: ReportContext, derived: EngagementDerived) -> SafeMarkdown | None:
    """`Muted: budget 2 (gravest: high), schedule 1 (gravest: low)`; None where nothing is."""
    words = context.templates.words
    by_theme = sorted(derived.muted, key=lambda m: m.theme)
    themes = [_theme(context, theme, list(muted)) for theme, muted in groupby(by_theme, lambda m: m.theme)]
    return words.text("orders.muted", themes=joined(themes)) if themes else None


def _theme(context: ReportContext, theme: str, muted: list[MutedRisk]) -> SafeMarkdown:
    words = context.templates.words
    gravest = max((m.risk.severity for m in muted), key=SEVERITIES.index)
    severity = words.name("severity", gravest)
    return words.text("orders.muted_theme", theme=words.name("risk_theme", theme), n=len(muted), severity=severity)


def mute_changes(context: ReportContext, derived: EngagementDerived) -> tuple[SafeMarkdown, ...]:
    """What a mute must not hide: risks that are back, and those that grew while they were muted."""
    words = context.templates.words
    back = (
        words.text("orders.back", who=r.by, message=r.risk.message, **_levels(context, r.was, r.risk.severity))
        for r in derived.returned
    )
    grown = (
        words.text(
            "orders.grown", who=m.by, day=m.until, message=m.risk.message, **_levels(context, m.was, m.risk.severity)
        )
        for m in derived.muted
        if m.grown
    )
    return (*back, *grown)


def _levels(context: ReportContext, was: str, now: str) -> dict[str, SafeMarkdown]:
    words = context.templates.words
    return {"was": words.name("severity", was), "now": words.name("severity", now)}


def red_but_quiet(context: ReportContext, derived: EngagementDerived) -> tuple[SafeMarkdown, ...]:
    """What a director is told: mutes that hide something red, and colours that people publish instead of red."""
    if derived.phase == Phase.COMPLETE:
        return ()
    return (*_hiding(context, derived), *_overruled(context, derived))


def _hiding(context: ReportContext, derived: EngagementDerived) -> Iterator[SafeMarkdown]:
    words = context.templates.words
    for m in derived.muted:
        if m.hides_red:
            severity = words.name("severity", m.risk.severity)
            yield words.text(
                "orders.hides",
                who=m.by,
                day=m.until,
                severity=severity,
                message=m.risk.message,
                reason=_reason(m.reason),
            )


def _overruled(context: ReportContext, derived: EngagementDerived) -> Iterator[SafeMarkdown]:
    words = context.templates.words
    for o in derived.status.overrides.values():
        if o.computed == Colour.RED and o.colour != Colour.RED:
            yield words.text(
                "orders.overruled",
                axis=words.name("axis", o.axis),
                said=words.rag(o.colour),
                computed=words.rag(o.computed),
                who=o.by,
                day=o.until,
                reason=_reason(o.reason),
            )


def _reason(text: str) -> SafeMarkdown:
    return SafeMarkdown(f" – {neutralise(clean(text, LONGEST))}" if text else "")


def manager_lines(context: ReportContext, derived: EngagementDerived) -> tuple[SafeMarkdown, ...]:
    """People's forecasts, each beside the computed one."""
    return tuple(_manager(context, derived, said) for said in derived.manager if derived.phase != Phase.COMPLETE)


def _manager(context: ReportContext, derived: EngagementDerived, said: ManagerForecast) -> SafeMarkdown:
    words = context.templates.words
    if said.what == "finish":
        return words.text("orders.manager_finish", who=said.by, day=said.value, computed=derived.forecast.finish.p50)
    computed = derived.forecast.revenue.get(said.what)
    return words.text(
        "orders.manager_revenue",
        who=said.by,
        amount=words.money(float(said.value)) if isinstance(said.value, int | float) else None,
        quarter=SafeMarkdown(said.what),
        computed=words.money(computed.forecast if computed else None),
    )
