"""`psbot sent "Milestone" DATE`: the sign-off of the milestone was requested on that day."""

from __future__ import annotations

from bot.derive.decisions.orders.kinds.sign_off import sign_off_order

ORDER = sign_off_order(
    field="sign_off_sent",
    meaning="the sign-off of the milestone was requested on that day",
    example='psbot sent "Go-live" 2026-11-12',
)
