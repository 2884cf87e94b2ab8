"""Some engagements of the sample portfolio that differ in what matters, where a test needs no dozen."""

from __future__ import annotations

from bot.demo.catalogue import PLANS

SOWS = (2110, 2088, 2064, 2131)
"""Milestones, a partner and a sign-off that was sent; fixed price, escalated and red; complete; hours without estimates."""
SMALL = tuple(plan for sow in SOWS for plan in PLANS if plan.sow == sow)
FEW = SMALL[:2]
"""A healthy one and a red one: where a test asks how a command behaves, and not for whom."""
