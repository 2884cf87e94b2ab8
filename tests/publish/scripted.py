"""Posts and steps as values, and a writer that plays a script: what was looked at, written and waited for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from bot.domain.vocabulary import Audience
from bot.gitlab_api.places import Place, PlaceKind
from bot.publish.digest import digest
from bot.publish.execute import Result, take_step
from bot.publish.marker import Identity, Marker, signed
from bot.publish.posts import HealthStanding, Post
from bot.publish.steps import Step
from bot.publish.writer import Retry, Scene, Writer
from bot.report.document import PM_NOTES_END, PM_NOTES_START

SPOT = "acme/ps-internal/globex#1"
WHAT = Identity("status", Audience.INTERNAL, SPOT, "2026-W47")
MONTH = Identity("monthly", Audience.INTERNAL, "", "2026-10")
PLACE = Place(SPOT, SPOT, "acme/ps-internal/globex", PlaceKind.ISSUE, "/projects/1/issues/1", "/projects/1/issues/1")


def text_of(words: str, identity: Identity = WHAT, notes: str = "", **marker: Any) -> str:
    """A body with its marker; `notes` stand in its PM part."""
    part = f"\n\n{PM_NOTES_START}\n{notes}\n{PM_NOTES_END}" if notes else ""
    return signed(f"{words}{part}", Marker(identity, digest(words), **marker))


def post(number: int = 7, words: str = "On track.", identity: Identity = WHAT, notes: str = "", **fields: Any) -> Post:
    """A note of psbot's, or an issue."""
    marked = {name: fields.pop(name) for name in ("duplicate_of", "followed_by", "version") if name in fields}
    marker = Marker(identity, digest(words), **marked)
    form = "issue" if identity.kind == "monthly" else "note"
    body = text_of(words, identity, notes, **{k: v for k, v in marked.items() if k != "version"})
    made = Post(SPOT, cast(Any, form), number, marker, body, url=f"https://gitlab/{number}")
    return replace(made, **fields)


def step(action: str, words: str = "On track.", identity: Identity = WHAT, **fields: Any) -> Step:
    """A step that writes `words`, or clears `post` away."""
    writes = action in ("create", "update", "ask")
    form = "issue" if identity.kind == "monthly" else "note"
    made = Step(cast(Any, action), cast(Any, form), identity, SPOT, "because")
    body = text_of(words, identity) if writes else ""
    return replace(made, **{"body": body, "fingerprint": digest(words), **fields})


def scene(*posts: Post, **place: Any) -> Scene:
    health = place.pop("health", HealthStanding())
    signs = place.pop("signs", ())
    return Scene(replace(PLACE, **place), posts, health, signs)


@dataclass
class Script:
    """`looks`: what each look shows, the last one for ever; `fails`: what each write raises, if anything."""

    looks: list[Scene]
    fails: list[Exception | None] = field(default_factory=list)
    written: list[tuple[Step, Post | None]] = field(default_factory=list)
    paused: list[tuple[float, int]] = field(default_factory=list)
    looked: int = 0
    names: object = None
    proves: bool = False
    """Whether a write's answer tells what stands now."""

    def look(self, _: Step) -> Scene:
        self.looked += 1
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def write(self, wanted: Step, _: Scene, found: Post | None) -> bool:
        self.written.append((wanted, found))
        if problem := self.fails.pop(0) if self.fails else None:
            raise problem
        return self.proves

    def pause(self, again: Retry, attempt: int) -> None:
        self.paused.append((again.seconds, attempt))

    def use_names(self, aliases: object) -> None:
        self.names = aliases

    @property
    def writer(self) -> Writer:
        return cast(Writer, self)

    def take(self, wanted: Step) -> Result:
        return take_step(wanted, self.writer)


Progress = Callable[[int, int, Step], None]
