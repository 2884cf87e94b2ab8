"""A simulated GitLab: a world in memory behind real HTTP (REST and GraphQL), for demonstrations, tests and benchmarks.

from fakegitlab import DemoGitLab, World

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
    from fakegitlab.server import DemoGitLab
    from fakegitlab.world import World

_HOMES = {"DemoGitLab": "server", "World": "world"}
__all__ = ["DemoGitLab", "World"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
