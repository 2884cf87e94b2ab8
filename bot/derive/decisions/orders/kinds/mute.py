"""`psbot mute RULE until DATE: reason`: the risk is folded away for this engagement until then.

The risks that people registered have one id together, as `status --json` shows it.
"""

from __future__ import annotations

from dataclasses import replace

from bot.derive.decisions.orders.order import Given, Order, OrderKind, OrderRefused, OrderScope, split_until
from bot.derive.order_results import MutedRisk
from bot.derive.raid.log import REGISTER_RULE
from bot.derive.results import EngagementDerived
from bot.domain.mistakes import nearest


def _read(text: str, scope: OrderScope) -> Given:
    head, until, reason = split_until(text, scope.day)
    rule = head.strip("`").casefold()
    if rule not in (*scope.rules, REGISTER_RULE):
        raise OrderRefused(f'"{head[:60]}" is not the id of a risk rule. {nearest(rule, scope.rules)}')
    return Given({"rule": rule}, until, reason)


def _adjust(derived: EngagementDerived, order: Order) -> EngagementDerived:
    hit = [risk for risk in derived.risks if risk.rule == order.given.values["rule"]]
    folded = tuple(MutedRisk(risk, order.by, order.until, order.reason) for risk in hit)
    kept = tuple(risk for risk in derived.risks if risk not in hit)
    return replace(derived, risks=kept, muted=(*derived.muted, *folded))


ORDER = OrderKind(
    meaning="folds the risk away for this engagement until then (30 days without a date)",
    example="psbot mute budget-runs-out until 2026-12-20: waiting for the signature",
    read=_read,
    adjust=_adjust,
    lasting=True,
)
