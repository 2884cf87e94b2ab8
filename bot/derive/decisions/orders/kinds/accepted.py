"""`psbot accepted "Milestone" DATE`: the customer accepted the milestone on that day."""

from __future__ import annotations

from bot.derive.decisions.orders.kinds.sign_off import sign_off_order

ORDER = sign_off_order("accepted", "sign_off_received", "the customer accepted the milestone on that day")
