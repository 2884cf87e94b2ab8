"""`psbot undo`: takes your last order back."""

from __future__ import annotations

from bot.derive.decisions.orders.order import Given, OrderKind, OrderRefused, OrderScope


def _read(text: str, scope: OrderScope) -> Given:
    if text.strip(" .!:"):
        raise OrderRefused("`psbot undo` takes nothing else on its line")
    return Given()


ORDER = OrderKind(meaning="takes your last order back", read=_read)
