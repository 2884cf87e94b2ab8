"""A writer without a GitLab: what it would send is kept, what GitLab answers is given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.config import Settings
from bot.publish.audience import Guard
from bot.publish.posts import Post
from bot.publish.standing import Sight
from bot.publish.steps import Step
from bot.publish.writer import RefusedWrite, Scene, Writer
from tests.publish.scripted import PLACE
from tests.publish.stage import CHANNEL, ROOT, SETTINGS

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)
OURS = Settings.model_validate(SETTINGS)
GUARD = Guard(OURS.audience_of, {ROOT: CHANNEL}, {ROOT: ROOT})
THERE = replace(PLACE, asked=CHANNEL, ref=CHANNEL, path="acme/customers/globex")


@dataclass
class Shelf:
    """What stands at places, and which were looked at."""

    posts: tuple[Post, ...] = ()
    looked: list[str] = field(default_factory=list)

    def look(self, ref: str, labels: Any = ()) -> Sight:
        self.looked.append(ref)
        return Sight(PLACE, self.posts)


class Hands(Writer):
    """Records what would be sent; `answer` is what GitLab says then."""

    def __init__(
        self, settings: Settings = OURS, guard: Guard = GUARD, posts: tuple[Post, ...] = (), **more: Any
    ) -> None:
        self.slept: list[float] = []
        client: Any = SimpleNamespace(user=SimpleNamespace(id=1))
        super().__init__(client, settings, guard, sleep=self.slept.append, **more)
        self.reader = self.shelf = Shelf(posts)  # type: ignore[assignment]
        self.sent: list[Step] = []
        self.answer: str | Exception | None = None

    def _send(self, step: Step, scene: Scene, post: Post | None) -> str | None:
        self.sent.append(step)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def refusal(made: Hands, wanted: Step, at: Scene) -> tuple[str, bool]:
    with pytest.raises(RefusedWrite) as refused:
        made.write(wanted, at, None)
    assert made.sent == []
    return refused.value.reason, refused.value.stale
