"""The sample portfolio with titles that try to break what shows them, in place of the small work."""

from __future__ import annotations

from datetime import date

from bot.demo import make_portfolio
from bot.demo.catalogue import PLANS, SMALL_WORK, Script
from fakegitlab import World

HOSTILE = (
    "/close this when the firewall is open", "@all please confirm the cut-over window", "Cost | risk | owner table clean-up",
    "<script>alert('x')</script> sanitising in the portal", "```mermaid graph TD; A-->B``` in the wiki",
    "{{ 7 * 7 }} and {% raw %} in Helm templates", "Right-to-left \u202eevoli\u202c names in reports",
    'Follow-up to #1, !2, &3, GL-12, ~"PS Risk" and %"Phase 1"', "[x](javascript:alert(1)) link in the README",
    "<!-- psbot:pm-notes --> marker in an issue template", "Pipe\\|escaped and `code` and **bold** _everywhere_",
    "Long title: " + "very " * 40 + "long",
)  # fmt: skip


def make_hostile_portfolio(
    day: date, seed: int = 7, edition: str = "ultimate", plans: tuple[Script, ...] = PLANS
) -> World:
    """As `make_portfolio`; about one item in fourteen is called otherwise."""
    world = make_portfolio(day, seed, edition, plans)
    names = dict(zip(SMALL_WORK, HOSTILE, strict=True))
    for item in world.items.values():
        item.title = names.get(item.title, item.title)
    return world
