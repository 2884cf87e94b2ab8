"""`psbot colour schedule yellow until DATE: reason`: the PM's colour is published, the computed one beside it."""

from __future__ import annotations

from dataclasses import replace

from bot.derive.decisions.orders.order import Given, Order, OrderKind, OrderRefused, OrderScope, split_until
from bot.derive.order_results import ColourOverride
from bot.derive.results import EngagementDerived
from bot.domain.vocabulary import AxisName

AXES = ("schedule", "scope", "budget", "overall")
COLOURS = ("green", "yellow", "red")


def _read(text: str, scope: OrderScope) -> Given:
    head, until, reason = split_until(text, scope.day)
    words = head.casefold().split()
    if len(words) != 2 or words[0] not in AXES or words[1] not in COLOURS:
        raise OrderRefused("say which colour of what: schedule, scope, budget or overall, then green, yellow or red")
    return Given({"axis": words[0], "colour": words[1]}, until, reason)


def _adjust(derived: EngagementDerived, order: Order) -> EngagementDerived:
    """The last order about an axis counts: they are applied oldest first."""
    axis, colour = order.given.values["axis"], order.given.values["colour"]
    earlier = derived.status.overrides.get(axis)
    now = derived.status.overall if axis == AxisName.OVERALL else getattr(derived.status, axis).rag
    computed = earlier.computed if earlier else now
    override = ColourOverride(axis, colour, computed, order.by, order.until, order.reason)
    status = replace(derived.status, overrides={**derived.status.overrides, axis: override})
    if axis == AxisName.OVERALL:
        return replace(derived, status=replace(status, overall=colour))
    return replace(derived, status=replace(status, **{axis: replace(getattr(status, axis), rag=colour)}))


ORDER = OrderKind(
    meaning="publishes your colour (of schedule, scope, budget or overall), the computed one beside it (30 days without a date)",
    example="psbot colour schedule yellow until 2026-12-01: agreed with the customer",
    read=_read,
    adjust=_adjust,
    lasting=True,
    spellings=("color",),
)
