"""`psbot help`: lists what can be ordered."""

from __future__ import annotations

from bot.derive.decisions.orders.order import Given, OrderKind, OrderRefused, OrderScope


def _read(text: str, scope: OrderScope) -> Given:
    if text.strip(" .!:"):
        raise OrderRefused("`psbot help` takes nothing else on its line")
    return Given()


ORDER = OrderKind(meaning="lists what can be ordered", read=_read)
