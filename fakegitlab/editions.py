"""Editions and versions: what a server has, and what it hides."""

from __future__ import annotations

from dataclasses import dataclass

EDITIONS = ("ce", "free", "ultimate")
SUFFIX = {"ce": "", "free": "-ee", "ultimate": "-ee"}


def as_version(text: str) -> tuple[int, ...]:
    """`18.5.1-ee` as (18, 5, 1)."""
    return tuple(int(part) for part in text.partition("-")[0].split("."))


@dataclass(frozen=True)
class Edition:
    """One server's edition and version."""

    name: str = "ultimate"
    version: str = "19.3"

    def __post_init__(self) -> None:
        if self.name not in EDITIONS:
            raise ValueError(f"unknown edition {self.name!r}: one of {', '.join(EDITIONS)}")
        as_version(self.version)

    @property
    def enterprise(self) -> bool:
        """Whether this is an EE build, licensed or not."""
        return self.name != "ce"

    @property
    def licensed(self) -> bool:
        """Whether epics, weights, health and the like work."""
        return self.name == "ultimate"

    @property
    def full_version(self) -> str:
        """As `/metadata` tells it, e.g. `19.3.0-ee`."""
        parts = (*as_version(self.version), 0, 0)[:3]
        return ".".join(map(str, parts)) + SUFFIX[self.name]

    def since(self, version: str) -> bool:
        """Whether the server is at least that version."""
        mine, wanted = (*as_version(self.version), 0, 0)[:3], (*as_version(version), 0, 0)[:3]
        return mine >= wanted

    @property
    def epic_items(self) -> bool:
        """Epics are work items since 17.2; before, GraphQL's work items know nothing of them."""
        return self.since("17.2")

    @property
    def planner_role(self) -> bool:
        """Planner exists since 17.7."""
        return self.since("17.7")

    @property
    def all_mention(self) -> bool:
        """`@all` notified everybody before 18.8.5."""
        return not self.since("18.8.5")
