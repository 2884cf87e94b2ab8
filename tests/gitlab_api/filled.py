"""A server that was read once, with the cache that this left: tests start from there again and again."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from bot.domain.model import Portfolio
from fakegitlab import DemoGitLab, World


@dataclass(frozen=True)
class Filled:
    """A server, its world as it was when it was read first, and the cache that this left."""

    gitlab: DemoGitLab
    then: dict[str, Any]
    before: Portfolio
    cache: bytes

    def turn_back(self) -> None:
        """Nothing has happened since."""
        world = self.gitlab.world
        with world.lock:
            latest = world.revision
            world.__dict__.update(contents(world, self.then))
            world.revision = latest + 1


def contents(world: World, given: dict[str, Any]) -> dict[str, Any]:
    """A copy of a world's contents, in that very world."""
    memo = {id(kept): kept for kept in (world, world.lock)}
    return copy.deepcopy(given, memo)
