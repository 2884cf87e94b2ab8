"""The embedded demo GitLab: a world in memory behind real HTTP, for demonstrations and tests.

from bot.demo import DemoGitLab, World

world = World(now="2026-11-20")
project = world.project("acme/customers/globex")
world.issue(project, "Migrate the runners", labels=["PSProject"], due_date="2026-12-01")
world.token()
with DemoGitLab(world, edition="free", version="18.5") as gitlab:
    ...  # gitlab.url, gitlab.token, gitlab.requests, gitlab.writes, gitlab.faults
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.demo.portfolio import DEMO_CONFIG, make_portfolio
    from bot.demo.server import DemoGitLab
    from bot.demo.world import World

_HOMES = {"DemoGitLab": "server", "World": "world", "make_portfolio": "portfolio", "DEMO_CONFIG": "portfolio"}
__all__ = ["DEMO_CONFIG", "DemoGitLab", "World", "make_portfolio"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
