"""`psbot approve`: approves the draft for the customer, as a 👍 on it does (approvers only)."""

from __future__ import annotations

from bot.derive.decisions.orders.order import Given, OrderKind, OrderRefused, OrderScope


def _read(text: str, scope: OrderScope) -> Given:
    if text.strip(" .!:"):
        raise OrderRefused("`psbot approve` takes nothing else on its line")
    if not scope.approves:
        raise OrderRefused("only those named under `reports.status.customer.approvers` approve a draft")
    return Given()


ORDER = OrderKind(
    meaning="approves the draft for the customer, as a 👍 on it does (approvers only)",
    read=_read,
)
