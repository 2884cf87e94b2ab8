"""`psbot accepted "Milestone" DATE`: the customer accepted the milestone on that day."""

from __future__ import annotations

from bot.derive.decisions.orders.kinds.sign_off import sign_off_order

ORDER = sign_off_order(
    field="sign_off_received",
    meaning="the customer accepted the milestone on that day",
    example='psbot accepted "Go-live" 2026-11-18',
)
