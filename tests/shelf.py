"""What psbot keeps of derivations from run to run, kept from test to test: the same portfolio is derived once a process.

Everything goes the way of the product: under a digest of all that a derivation rests on, signed with the token. Only the
file is not there, so a test still begins with an empty cache of what GitLab said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self


@dataclass(frozen=True)
class Shelf:
    """Stands for `bot.gitlab_api.cache.Cache` as far as derivations go: of one instance and user."""

    owner: str
    _derived: ClassVar[dict[tuple[str, str, str], bytes]] = {}
    _past: ClassVar[dict[tuple[str, str, str], bytes]] = {}

    @classmethod
    def open(cls, path: Path, url: str, user_id: int) -> Self:
        return cls(f"{url}|{user_id}")

    def load_derived(self, content: str, name: str) -> bytes | None:
        return self._derived.get((self.owner, content, name))

    def store_derived(self, content: str, name: str, body: bytes) -> None:
        self._derived[self.owner, content, name] = body

    def load_past(self, rules: str, ref: str) -> bytes | None:
        return self._past.get((self.owner, rules, ref))

    def store_past(self, rules: str, bodies: Mapping[str, bytes]) -> None:
        self._past.update({(self.owner, rules, ref): body for ref, body in bodies.items()})

    def close(self) -> None:
        """Nothing is open."""
