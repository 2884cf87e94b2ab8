"""Four engagements of the sample portfolio that differ in all that matters, where a test needs no dozen."""

from __future__ import annotations

from bot.demo.catalogue import PLANS

SOWS = (2110, 2088, 2064, 2131)
"""Milestones, a partner and a sign-off that was sent; fixed price, escalated and red; complete; hours without estimates."""
SMALL = tuple(plan for sow in SOWS for plan in PLANS if plan.sow == sow)
