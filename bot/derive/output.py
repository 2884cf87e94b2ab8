"""The derived facts as plain JSON values: fixed order, ISO dates, null for what is not known.

Keys beyond the contract's (slips, raid, completion, hints, …) may grow; the contract's keep name and meaning.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from bot.derive.order_results import OrderEntry
from bot.derive.results import Derived, EngagementDerived, Scope, Status
from bot.derive.schedule.slips import days_lost
from bot.derive.schemas import derived_schema, facts_schema, snapshot_schema
from bot.domain.messages import Phrase, Series

__all__ = ["FORMAT", "derived_schema", "engagement_json", "facts_schema", "snapshot_schema", "to_json"]
FORMAT = "psbot-derived/1"
DIGITS = 4
"""Decimals kept: a hundredth of a percent, and less than a cent."""
Json = dict[str, Any]
AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def to_json(derived: Derived) -> Json:
    """Everything derived, as `status --json` prints it. The same input gives the same bytes."""
    return {
        "format": FORMAT,
        "as_of": derived.as_of.isoformat(),
        "currency": derived.currency,
        "engagements": [engagement_json(e) for e in derived.engagements],
        "portfolio": _plain(derived.portfolio),
        "failures": _plain(derived.failures),
    }


def engagement_json(e: EngagementDerived) -> Json:
    """One engagement's entry."""
    return {
        "ref": e.ref,
        "title": e.title,
        "customer": e.customer,
        "web_url": e.web_url,
        "phase": e.phase,
        "end": _plain(e.end),
        "progress": _without(e.progress, "values"),
        "status": _status(e.status),
        "schedule": _without(e.schedule, "planned", "delays") | {"days_lost_by_cause": lost_by_cause(e)},
        "budget": _plain(e.budget),
        "scope": _scope(e.scope),
        "forecast": _plain(e.forecast),
        "acceptance": _plain(e.acceptance),
        "completion": _plain(e.completion),
        "invoicing": _plain(e.invoicing),
        "raid": _plain(e.raid),
        "risks": _plain(e.risks),
        "escalations": _plain(e.escalations),
        "stories": _plain(e.stories),
        "slips": _slips(e),
        "compliance": _plain(e.compliance),
        "asks": _plain(e.asks),
        "muted": _plain(e.muted),
        "returned": _plain(e.returned),
        "judgements": _plain(e.judgements),
        "manager": _plain(e.manager),
        "causes": _plain(e.causes),
        "orders": [order_json(order) for order in e.orders],
        "errors": _plain(e.errors),
    }


def _status(status: Status) -> Json:
    plain: Json = _plain(status)
    for axis in ("schedule", "scope", "budget"):
        del plain[axis]["signal"]
    return plain


def lost_by_cause(e: EngagementDerived) -> dict[str, dict[str, int]]:
    """Days lost by month and cause."""
    return days_lost(e.schedule.delays, {cause.milestone: cause.cause for cause in e.causes})


def _slips(e: EngagementDerived) -> list[Json]:
    """Every due date that moved, with the cause that people gave."""
    causes = {cause.milestone: cause.cause for cause in e.causes}
    return [
        {
            "what": slip.title,
            "ref": slip.ref,
            "from": _plain(slip.previous),
            "to": _plain(slip.new),
            "at": _plain(slip.on),
            "days": slip.days,
            "cause": causes.get(slip.title),
        }
        for slip in e.schedule.slips
    ]


def order_json(order: OrderEntry) -> Json:
    """An order: what, by whom, until when, and what became of it."""
    return _without(order, "word", "stands")


def _plain(value: Any) -> Any:
    """Messages become English text, dataclasses objects, dates ISO texts, numbers are rounded; what is not finite is null."""
    kind: Any = type(value)
    if kind in AS_THEY_ARE:
        return value
    if isinstance(value, Phrase | Series):
        return str(value)
    if names := _field_names(kind):
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in sorted(value.items())}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        # + 0.0 turns -0.0 into 0.0
        return round(value, DIGITS) + 0.0 if math.isfinite(value) else None
    return value


@cache
def _field_names(kind: type) -> tuple[str, ...]:
    """Those of a dataclass; none of anything else."""
    return tuple(f.name for f in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else ()


def _without(value: Any, *names: str) -> Json:
    plain: Json = _plain(value)
    return {key: entry for key, entry in plain.items() if key not in names}


def _scope(scope: Scope) -> Json:
    """Without a baseline day the counts can't be known; `change_orders` holds the sums, `change_order_list` the orders."""
    known = scope.baseline_day is not None
    return {
        "baseline_day": _plain(scope.baseline_day),
        "baseline_items": scope.baseline_items if known else None,
        "baseline_value": _plain(scope.baseline_value) if known else None,
        "added": scope.added if known else None,
        "removed": scope.removed if known or scope.dropped else None,
        "dropped": scope.dropped,
        "dropped_hours": _plain(scope.dropped_hours),
        "added_value": _plain(scope.added_value) if known else None,
        "growth": _plain(scope.growth),
        "change_orders": {
            key: _plain(getattr(scope, key))
            for key in ("approved_hours", "pending_hours", "approved_value", "pending_value")
        },
        "change_order_list": _plain(scope.change_orders),
        "hints": _plain(scope.hints),
    }
